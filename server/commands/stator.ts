/** `homebird stator run`: works off what is due, beside the running home or without one, with the seed system's flags. */
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { createNodeLauncher, withHomeDatabase } from '../appliance/index.ts'
import { isSpeaker } from '../appliance/keeping/require-voice.ts'
import { openContext } from '../context.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import type { DatabaseConnection } from '../contracts/child-message.ts'
import type { Config } from '../core/config.ts'
import { HomebirdError } from '../core/errors.ts'
import { createLogger } from '../core/log.ts'
import { homeGraphs } from '../domain/owner/home-graphs.ts'
import { type RunnerWishes, createWorkerRunner } from '../worker-process.ts'
import { type CommandIo, commandIo } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

/** What the reserve of the connection budget is for. */
const CONNECTIONS = 4
const MAX_MS = 86_400_000
/** How soon it hears that another computer takes the home over. */
const LOOK_EVERY_MS = 1_000
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

export interface StatorOptions extends CommonOptions {
  readonly for?: string
  readonly runFor?: string
  readonly concurrency?: string
  readonly scheduleInterval: string
  readonly exclude?: readonly string[]
  readonly livenessFile?: string
}

/**
 * @param names  of the graphs that it works on; all unless any is named
 * @throws HomebirdError USAGE for an unknown graph and for what is no number or time
 */
export async function runStator(names: readonly string[], options: StatorOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const forMs = lengthOf(options)
  const wishes = wishesOf(names, options)
  const sources = sourcesFrom(options)
  const speaks = async (): Promise<boolean> => isSpeaker(sources)
  const launcher = createNodeLauncher({ env: sources.env })
  await withHomeDatabase(sources, launcher, (database, config) =>
    work(io, { forMs, speaks, wishes }, database, config),
  )
  return ExitCode.ok
}

/** A home that is just being handed over, or was, sends nothing, whoever runs it. */
const silenced = (): HomebirdError =>
  new HomebirdError('CONFLICT', 'another computer speaks for this home: nothing is sent from here')

interface Turn {
  readonly forMs: number
  readonly speaks: () => Promise<boolean>
  readonly wishes: RunnerWishes
}

/** Infinite until it is interrupted. */
function lengthOf({ for: time, runFor }: StatorOptions): number {
  if (time !== undefined && runFor !== undefined)
    throw new HomebirdError('USAGE', '--for and --run-for say the same; give one of them')
  if (time !== undefined) return parseDuration(time)
  const seconds = runFor === undefined ? 0 : wholeNumber('--run-for', runFor, 0, MAX_MS / 1_000)
  return seconds === 0 ? Number.POSITIVE_INFINITY : seconds * 1_000
}

function wishesOf(names: readonly string[], options: StatorOptions): RunnerWishes {
  const { exclude = [], concurrency, scheduleInterval, livenessFile } = options
  for (const name of [...names, ...exclude]) refuseUnknown(name)
  return {
    sweepEverySeconds: wholeNumber('--schedule-interval', scheduleInterval, 1, 86_400),
    ...(concurrency === undefined
      ? {}
      : { concurrency: wholeNumber('--concurrency', concurrency, 1, 1_000) }),
    handles: (graph) => (names.length === 0 || names.includes(graph)) && !exclude.includes(graph),
    ...(livenessFile === undefined ? {} : { onLooked: () => writeLiveness(livenessFile) }),
  }
}

/** Somebody watches its age; one that cannot be written is told by its age too, and the work goes on. */
function writeLiveness(file: string): void {
  try {
    writeFileSync(file, `${new Date().toISOString()}\n`)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(`homebird: the liveness file ${file} cannot be written: ${reason}\n`)
  }
}

function refuseUnknown(name: string): void {
  const known: string[] = homeGraphs.map(({ table }) => table).toSorted()
  if (known.includes(name)) return
  throw new HomebirdError('USAGE', `${JSON.stringify(name)} is no graph; there are ${known.join(', ')}`)
}

function wholeNumber(option: string, raw: string, min: number, max: number): number {
  const number = /^\d{1,6}$/.test(raw) ? Number(raw) : Number.NaN
  if (number >= min && number <= max) return number
  throw new HomebirdError('USAGE', `${option} is ${JSON.stringify(raw)} and must be from ${min} to ${max}`)
}

async function work(
  io: CommandIo,
  { forMs, speaks, wishes }: Turn,
  database: DatabaseConnection,
  config: Config,
): Promise<void> {
  const log = createLogger('stator', config.logLevel === 'info' ? 'error' : config.logLevel, 2)
  const context = await openContext({ part: 'stator', config, database, connections: CONNECTIONS, log })
  try {
    const runner = createWorkerRunner(context, undefined, wishes)
    const interrupted = new AbortController()
    process.once('SIGINT', () => interrupted.abort())
    process.once('SIGTERM', () => interrupted.abort())
    runner.start()
    const { tally, graphs } = await untilItsEnd(runner, { forMs, speaks, stops: interrupted.signal })
    io.put({ tally, graphs })
    io.say(`${tally.attempts} attempts, ${tally.moved} moved on, ${tally.failed} failed`)
    for (const graph of graphs) {
      if (graph.waiting > 0 || graph.quarantined > 0) {
        io.say(`  ${graph.graph}: ${graph.waiting} waiting, ${graph.quarantined} in quarantine`)
      }
    }
  } finally {
    await context.close()
  }
}

/** @throws HomebirdError CONFLICT where it was silenced, NOT_RUNNING where the home does not say; it is stopped by then */
async function untilItsEnd(
  runner: ReturnType<typeof createWorkerRunner>,
  { forMs, speaks, stops }: Pick<Turn, 'forMs' | 'speaks'> & { readonly stops: AbortSignal },
) {
  try {
    const endsAtMs = performance.now() + forMs
    for (let leftMs = forMs; leftMs > 0 && !stops.aborted;) {
      const pauseMs = Math.min(leftMs, LOOK_EVERY_MS)
      await delay(pauseMs, undefined, { signal: stops }).catch(() => undefined) // stops early, in order
      if (!(await speaks())) throw silenced()
      leftMs = endsAtMs - performance.now()
    }
    return await runner.status()
  } finally {
    await runner.stop()
  }
}

/** `10s`, `500ms`, `2m`, `1h`; a bare number is seconds. @throws HomebirdError USAGE */
export function parseDuration(raw: string): number {
  const [, number = '', unit = 's'] = /^(\d{1,9})(ms|s|m|h)?$/.exec(raw.trim()) ?? []
  const duration = number === '' ? Number.NaN : Number(number) * (UNIT_MS[unit] ?? Number.NaN)
  if (duration > 0 && duration <= MAX_MS) return duration
  throw new HomebirdError('USAGE', `--for is "${raw}" and must be a time up to 24h, such as 10s, 500ms or 2m`)
}
