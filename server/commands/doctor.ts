/** `homebird doctor`: has the doctor of the running home look now, and says what is wrong, why, and what to do. */
import type { DoctorCode, DoctorFinding, DoctorReport } from '../contracts/doctor.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { CHECK_SUBJECTS, CODE_SENTENCES } from '../domain/doctor/code-sentences.ts'
import { askHome } from './tunnel.ts'
import { type CommandIo, commandIo } from './command-io.ts'
import type { CommonOptions } from './options.ts'

export interface DoctorOptions extends CommonOptions {
  /** With what takes its time: 40 MB sent, half a minute of silence. */
  readonly deep?: boolean
}

const MARKS = { good: 'good', look: 'look', bad: 'BAD ' } as const

/**
 * @returns ok when nothing is broken, also where something is worth a look; else failure
 * @throws HomebirdError NOT_RUNNING where there is nobody to ask
 */
export async function doctor(options: DoctorOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const deep = options.deep === true
  io.say(`looking; this takes up to ${deep ? 'two minutes' : 'a quarter of a minute'}`)
  const report = (await askHome(options, { kind: 'doctor', deep })) as DoctorReport
  io.put(report)
  for (const finding of report.findings) sayFinding(io, finding)
  const broken = report.findings.filter(({ state, isIgnored }) => state === 'bad' && !isIgnored)
  io.say(broken.length === 0 ? 'nothing is broken' : `broken: ${broken.map(({ name }) => name).join(', ')}`)
  return broken.length === 0 ? ExitCode.ok : ExitCode.failure
}

function sayFinding(io: CommandIo, { name, state, facts, codes, isIgnored }: DoctorFinding): void {
  io.say(`${MARKS[state]}  ${name.padEnd(10)} ${CHECK_SUBJECTS[name] ?? ''}${isIgnored ? ' (ignored)' : ''}`)
  if (state !== 'good' && codes.length === 0) sayFacts(io, facts)
  for (const code of codes) sayCode(io, code)
}

function sayCode(io: CommandIo, { code, hop, facts, lines }: DoctorCode): void {
  const { sentence, act } = CODE_SENTENCES[code]
  io.say(`      ${code} (${hop}): ${sentence}`)
  sayFacts(io, facts)
  io.say(`        ${act}`)
  if (lines === null) return
  io.say(`        for ${lines.edge}:`)
  for (const line of lines.text.split('\n')) io.say(`          ${line}`)
}

function sayFacts(io: CommandIo, facts: DoctorFinding['facts']): void {
  for (const [name, value] of Object.entries(facts))
    if (value !== null && value !== '') io.say(`        ${name}: ${printable(String(value))}`)
}

/** Some of it is what a stranger's server said: it writes no commands to a terminal. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ')
