/** `homebird stator run --for 10s`: works off what is due, beside the running home or without one. */
import { setTimeout as delay } from 'node:timers/promises'
import { createNodeLauncher, withHomeDatabase } from '../appliance/index.ts'
import { isSpeaker } from '../appliance/keeping/require-voice.ts'
import { openContext } from '../context.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import type { DatabaseConnection } from '../contracts/child-message.ts'
import type { Config } from '../core/config.ts'
import { HomebirdError } from '../core/errors.ts'
import { createLogger } from '../core/log.ts'
import { createWorkerRunner } from '../worker-process.ts'
import { type CommandIo, commandIo } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

/** What the reserve of the connection budget is for. */
const CONNECTIONS = 4
const MAX_MS = 86_400_000
/** How soon it hears that another computer takes the home over. */
const LOOK_EVERY_MS = 1_000
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

interface StatorOptions extends CommonOptions {
  readonly for: string
}

export async function runStator(options: StatorOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const forMs = parseDuration(options.for)
  const sources = sourcesFrom(options)
  const speaks = async (): Promise<boolean> => isSpeaker(sources)
  const launcher = createNodeLauncher({ env: sources.env })
  await withHomeDatabase(sources, launcher, (database, config) =>
    work(io, { forMs, speaks }, database, config),
  )
  return ExitCode.ok
}

/** A home that is just being handed over, or was, sends nothing, whoever runs it. */
const silenced = (): HomebirdError =>
  new HomebirdError('CONFLICT', 'another computer speaks for this home: nothing is sent from here')

interface Turn {
  readonly forMs: number
  readonly speaks: () => Promise<boolean>
}

async function work(
  io: CommandIo,
  { forMs, speaks }: Turn,
  database: DatabaseConnection,
  config: Config,
): Promise<void> {
  const log = createLogger('stator', config.logLevel === 'info' ? 'error' : config.logLevel, 2)
  const context = await openContext({ part: 'stator', config, database, connections: CONNECTIONS, log })
  try {
    const runner = createWorkerRunner(context)
    const interrupted = new AbortController()
    process.once('SIGINT', () => interrupted.abort())
    process.once('SIGTERM', () => interrupted.abort())
    runner.start()
    const endsAtMs = performance.now() + forMs
    let isSilenced = false
    for (let leftMs = forMs; leftMs > 0 && !interrupted.signal.aborted && !isSilenced;) {
      const pauseMs = Math.min(leftMs, LOOK_EVERY_MS)
      await delay(pauseMs, undefined, { signal: interrupted.signal }).catch(() => undefined) // stops early, in order
      isSilenced = !(await speaks())
      leftMs = endsAtMs - performance.now()
    }
    const { tally, graphs } = await runner.status()
    await runner.stop()
    if (isSilenced) throw silenced()
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

/** `10s`, `500ms`, `2m`, `1h`; a bare number is seconds. @throws HomebirdError USAGE */
export function parseDuration(raw: string): number {
  const [, number = '', unit = 's'] = /^(\d{1,9})(ms|s|m|h)?$/.exec(raw.trim()) ?? []
  const duration = number === '' ? Number.NaN : Number(number) * (UNIT_MS[unit] ?? Number.NaN)
  if (duration > 0 && duration <= MAX_MS) return duration
  throw new HomebirdError('USAGE', `--for is "${raw}" and must be a time up to 24h, such as 10s, 500ms or 2m`)
}
