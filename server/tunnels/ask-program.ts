/** Asks a program of somebody else one question and reads the answer: bounded in time and size, without a shell. */
import { execFile } from 'node:child_process'
import { describeError } from '../core/errors.ts'
import { type Environment, passedFrom } from './program.ts'

const LIMIT_MS = 8_000
const MOST_BYTES = 4_194_304
const MOST_SAID = 300

export interface ProgramAnswer {
  /** Of both streams; only the first where it ended well. */
  readonly text: string
  readonly isSound: boolean
}

/**
 * Never throws: a program that cannot be run or says nothing within 8 s has answered badly.
 * @param env  besides what the machine has
 */
export async function askProgram(
  path: string,
  args: readonly string[],
  environment: Environment,
  env: Readonly<Record<string, string>> = {},
): Promise<ProgramAnswer> {
  const { promise, resolve } = Promise.withResolvers<ProgramAnswer>()
  const options = {
    env: { ...passedFrom(environment), ...env },
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: MOST_BYTES,
    windowsHide: true,
  } as const
  execFile(path, [...args], options, (error, stdout, stderr) => {
    if (error === null) return resolve({ text: stdout, isSound: true })
    const said = `${stdout}\n${stderr}`.trim().slice(0, MOST_SAID)
    return resolve({ text: said === '' ? describeError(error) : said, isSound: false })
  })
  return promise
}

/** The first number of a version in what a program says of itself, or null. */
export function versionIn(text: string): readonly number[] | null {
  const found = /\b(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?/.exec(text)
  return found === null ? null : found.slice(1).map((part) => Number(part ?? 0))
}

export function isOlder(version: readonly number[], than: readonly number[]): boolean {
  const at = than.findIndex((part, index) => (version[index] ?? 0) !== part)
  return at !== -1 && (version[at] ?? 0) < (than[at] ?? 0)
}
