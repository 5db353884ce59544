/** `homebird status`: how the home does, asked from the running appliance, or read from its folder. */
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { ApplianceStatus } from '../appliance/index.ts'
import { openApplianceStore } from '../appliance/appliance-store.ts'
import { askControlSocket } from '../appliance/control-socket.ts'
import { isDataDirLocked, readLockHolder } from '../appliance/data-dir-lock.ts'
import { chosenDataDir } from '../appliance/ground.ts'
import type { Conditions } from '../contracts/child-message.ts'
import type { NamedCacheStats } from '../contracts/caches.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import type { Room } from '../contracts/room.ts'
import type { DataDir } from '../core/data-dir.ts'
import { HomebirdError, describeError } from '../core/errors.ts'
import type { RunnerStatus } from '../stator/runner-types.ts'
import { readCacheStats, sayCaches } from './cache.ts'
import { type CommandIo, commandIo, exitCodeOf } from './command-io.ts'
import { tunnelSentence } from './tunnel.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'
import { fittedTo } from './fitted-screen.ts'

const JOURNAL_LINES = 5
const WATCHED_EVERY_MS = 2_000

export interface StatusOptions extends CommonOptions {
  readonly watch?: boolean
}

/** @returns ok when every part does its work, or did when the watching ended, else failure */
export async function status(options: StatusOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  if (options.watch !== true) return tell(io, options)
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => interrupted.abort())
  // Whoever read along has left, as with `| head`.
  process.stdout.on('error', () => interrupted.abort())
  let last: ExitCode = ExitCode.ok
  while (!interrupted.signal.aborted) {
    last = await look(io, options)
    // Rejects only when it is interrupted, which is the end of the watch and no failure.
    await delay(WATCHED_EVERY_MS, undefined, { signal: interrupted.signal }).catch(() => undefined)
  }
  return last
}

/** What is found is shown at once when all of it is there: the former stays until then. */
async function look(io: CommandIo, options: CommonOptions): Promise<ExitCode> {
  const { stdout } = process
  const at = new Date().toISOString()
  const lines: string[] = []
  const gathered: CommandIo = {
    json: io.json,
    put: (value) => io.put({ at, ...(value as object) }),
    say: (line) => void lines.push(line),
  }
  const code = await tellOrSay(gathered, options)
  if (io.json) return code
  if (stdout.isTTY) stdout.write(fittedTo(stdout, [...lines, '', `${at}   Ctrl-C ends the watch`]))
  else for (const line of [at, ...lines, '']) io.say(line)
  return code
}

/** A home that starts, ends or is exchanged while it is watched is asked again. */
async function tellOrSay(io: CommandIo, options: CommonOptions): Promise<ExitCode> {
  try {
    return await tell(io, options)
  } catch (error) {
    const [code, message] =
      error instanceof HomebirdError ? [error.code, error.message] : ['INTERNAL', describeError(error)]
    io.put({ state: 'Unknown', error: { code, message } })
    io.say(message)
    return exitCodeOf(error)
  }
}

async function tell(io: CommandIo, options: CommonOptions): Promise<ExitCode> {
  const dir = chosenDataDir(sourcesFrom(options))
  const holder = isDataDirLocked(dir) ? readLockHolder(dir) : null
  const caches = await cachesOf(options)
  if (holder?.controlSocket === null || holder?.controlSocket === undefined)
    return tellStopped(io, dir, caches)
  const answer = (await askControlSocket(holder.controlSocket, { kind: 'status' })) as ApplianceStatus
  tellRunning(io, answer, caches)
  return answer.state === 'Running' ? ExitCode.ok : ExitCode.failure
}

/** Empty where the settings cannot be read: that is said by whoever starts the home. */
async function cachesOf(options: CommonOptions): Promise<readonly NamedCacheStats[]> {
  try {
    return await readCacheStats(options)
  } catch (error) {
    if (error instanceof HomebirdError) return []
    throw error
  }
}

function tellRunning(io: CommandIo, answer: ApplianceStatus, caches: readonly NamedCacheStats[]): void {
  io.put({ ...answer, caches })
  io.say(`${answer.state}   ${answer.dataDir}   process ${answer.pid}, ${answer.database}`)
  for (const { host, version, connections } of answer.otherMachines)
    io.say(`  beside it  ${host}, Homebird ${version}, at most ${connections} connections`)
  for (const part of answer.parts) {
    const facts = [
      part.pid === null ? '' : `process ${part.pid}`,
      part.memoryBytes === null ? '' : `${Math.round(part.memoryBytes / 1_048_576)} MB`,
      part.uptimeSeconds === null ? '' : `up ${formatSeconds(part.uptimeSeconds)}`,
      part.restarts === 0 ? '' : `${part.restarts} restarts`,
      part.note ?? '',
    ]
    io.say(
      `  ${part.name.padEnd(10)} ${part.state.padEnd(9)} ${facts.filter((fact) => fact !== '').join(', ')}`,
    )
  }
  if (answer.tunnel !== null) io.say(`  ${tunnelSentence(answer.tunnel)}`)
  // What somebody has to do something about comes before what may be cut off on a small terminal.
  for (const sentence of [...troubleSentences(answer), ...conditionSentences(answer.conditions)])
    io.say(`  ${sentence}`)
  if (isPaused(answer)) io.say('  paused: nothing goes out by itself; go on with: homebird stator resume')
  sayCaches(io, caches)
  if (answer.privateAddress !== null) io.say(`  for you only:   ${answer.privateAddress}`)
  if (answer.publicAddress !== null) io.say(`  for the public: ${answer.publicAddress}`)
}

/** As the workers say: some of their graphs are paused by the owner. */
function isPaused({ details }: ApplianceStatus): boolean {
  return Object.entries(details).some(([part, said]) => {
    const graphs = part.startsWith('worker') ? (said as Partial<RunnerStatus> | null)?.graphs : undefined
    return graphs?.some((graph) => graph.isPaused) === true
  })
}

function tellStopped(io: CommandIo, dir: DataDir, caches: readonly NamedCacheStats[]): ExitCode {
  const journal = existsSync(dir.applianceDatabase) ? lastLines(dir) : []
  io.put({ state: 'Stopped', dataDir: dir.path, journal, caches })
  io.say(`Stopped   ${dir.path}   start it with: homebird serve`)
  for (const line of journal) io.say(`  ${line.at} ${line.level} ${line.part}: ${line.message}`)
  return ExitCode.failure
}

function lastLines(dir: DataDir) {
  const store = openApplianceStore(dir, 'read')
  try {
    return store.journalTail(JOURNAL_LINES)
  } finally {
    store.close()
  }
}

function formatSeconds(seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`
}

/** Nothing where a home of an earlier version does not tell. */
function troubleSentences({ disk, hasDamage }: Partial<ApplianceStatus>): string[] {
  const free = `${Math.floor((disk?.freeBytes ?? 0) / 1_048_576)} MB of the disk are free`
  const room: Readonly<Record<Room, string | null>> = {
    enough: null,
    low: `${free}: make room before long`,
    scarce: `${free}: nothing more of others is cached`,
    none: `${free}: nothing new is taken in; delete files on it, or: homebird cache clear media`,
  }
  const sentence = disk === undefined ? null : room[disk.room]
  return [
    ...(sentence === null ? [] : [sentence]),
    ...(hasDamage === true
      ? [
          'the database has read damaged pages: its disk or memory is failing; restore a backup on another disk',
        ]
      : []),
  ]
}

/** Nothing where a home of an earlier version does not tell. */
function conditionSentences(conditions: Conditions | undefined): string[] {
  const why = [
    ...(conditions?.isOnBattery === true ? ['on battery'] : []),
    ...(conditions?.isMetered === true ? ['on a metered line'] : []),
  ]
  if (why.length === 0) return []
  return [`${why.join(' and ')}: ${why.length === 1 ? 'half' : 'a quarter'} as many things at once`]
}
