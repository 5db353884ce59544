/** The Stator process after its channel is open: parts, graphs with their handlers, the runner. */
import { hostname } from 'node:os'
import type { Conditions } from './contracts/child-message.ts'
import type { ChildChannel } from './core/child-channel.ts'
import { describeError } from './core/errors.ts'
import type { Config } from './core/config.ts'
import { adoptPurgeTarget } from './domain/purges/purge-target.ts'
import { type Context, contextOptionsFrom, openContext } from './context.ts'
import { DeliveryCounts } from './domain/fan-outs/delivery-counts.ts'
import { OfflineGuard } from './domain/fan-outs/offline-guard.ts'
import { CLEAN_UP_ASKED, findOpenRun } from './domain/clean-up/clean-up-runs.ts'
import { followMediaUrl } from './domain/owner/follow-media-url.ts'
import type { ProcessFigures } from './http/metrics/process-figures.ts'
import { type Runner, type RunnerOptions, createRunner } from './stator/runner.ts'
import { answerOfCaches, isOfCaches } from './storage/caches/answer-caches.ts'
import { startHeartbeat } from './workers/heartbeat.ts'
import { tryLineAgain } from './workers/try-line-again.ts'
import { tracerOf } from './tracing/begin-traces.ts'
import { obeySwitches } from './workers/obey-switches.ts'
import { allGraphWork } from './workers/registry.ts'
import { cleanUpSweeps } from './workers/clean-up-sweeps.ts'
import { allSweeps, inboxBodies } from './workers/sweeps.ts'
import { leftFiles } from './workers/left-file-sweeps.ts'
import { droppedMedia } from './workers/media-sweeps.ts'
import { uploadSweeps } from './workers/upload-sweeps.ts'

export async function runWorker(channel: ChildChannel<Config>): Promise<void> {
  const context = await openContext({
    ...contextOptionsFrom({ start: channel.start, inquire: channel.inquire.bind(channel) }),
    notice: channel.notice.bind(channel),
    tracer: await tracerOf(channel),
  })
  channel.onStop(() => context.close())
  // Another machine speaks for this home: what waits stays as it is, and nothing is taken away.
  if ((channel.start.voice ?? 'speaks') !== 'speaks') {
    context.log.info({ event: 'worker.silent' })
    return channel.ready()
  }
  await adoptPurgeTarget(context.db, context.config.cdn)
  // Whoever starts this child has seen the former one end.
  const line = new OfflineGuard(context.clock)
  const { machine, dataDir, index } = channel.start
  const workerId = `${machine ?? `${hostname()} ${dataDir}`} ${index}`
  const conditions: ConditionsSource = {
    now: channel.start.conditions,
    onChange: (obey) => channel.onConditions(obey),
  }
  const deliveries = context.config.metrics ? new DeliveryCounts() : undefined
  const runner = createWorkerRunner({ ...context, line, deliveries, conditions }, workerId)
  channel.onStop(() => runner.stop())
  channel.onStop(beginWhenAsked(context, runner))
  const figures = await figuresOf(context, channel.start.index, deliveries)
  channel.onAsk((question) => {
    if (isOfCaches(question)) return answerOfCaches(context, question)
    return question === 'figures' ? (figures?.read() ?? null) : runner.status()
  })
  await followMediaUrl(context.db, context.config.mediaUrl)
  runner.start()
  void warnOfStorage(context)
  const heartbeat = startHeartbeat(context)
  channel.onStop(() => heartbeat.stop())
  channel.onLine((why) => {
    heartbeat.beat()
    void tryLineAgain({ ...context, line }, why)
  })
  context.log.info({ event: 'worker.ready' })
  channel.ready()
}

/** Loaded where figures are offered. */
async function figuresOf(
  { poolCounts }: Context,
  index: number,
  deliveries: DeliveryCounts | undefined,
): Promise<ProcessFigures | null> {
  if (deliveries === undefined) return null
  const { ProcessFigures } = await import('./http/metrics/process-figures.ts')
  return new ProcessFigures({ part: `worker-${index}`, poolCounts, deliveries })
}

/** Of the machine, as the supervisor tells them. */
interface ConditionsSource {
  readonly now: Conditions
  readonly onChange: (obey: (conditions: Conditions) => void) => void
}

/** The owner waits for a clean-up that was asked for: it is worked on without a pause as long as it gets on. */
function beginWhenAsked({ db, listener, log }: Context, runner: Runner): () => void {
  const stopping = new AbortController()
  const sweep = async (): Promise<void> => {
    for (let before = ''; !stopping.signal.aborted;) {
      await runner.sweep()
      const run = await findOpenRun(db)
      const place = run === undefined ? '' : `${run.id} ${run.step} ${run.place}`
      // Unchanged where another worker sweeps: then it is that one's.
      if (place === '' || place === before) return
      before = place
    }
  }
  const leave = listener.subscribe('changed', {
    onNotification(what) {
      if (what !== CLEAN_UP_ASKED) return
      sweep().catch((error: unknown) => log.warn({ event: 'clean_up.not_begun', error }))
    },
  })
  return () => {
    stopping.abort()
    leave()
  }
}

/** Files that cannot be kept are tried again: what is wrong is said at once, with its remedy. */
async function warnOfStorage({ media, log }: Context): Promise<void> {
  try {
    await media.check()
    log.info({ event: 'media.ready', place: media.place })
  } catch (error) {
    log.error({ event: 'media.unreachable', place: media.place, error: describeError(error) })
  }
}

/** What `homebird stator run` may say otherwise. */
export interface RunnerWishes extends Pick<RunnerOptions, 'sweepEverySeconds' | 'onLooked'> {
  readonly concurrency?: number
  /** Whether it works on a graph; on all unless said. */
  readonly handles?: (graph: string) => boolean
}

/**
 * The runner of this home with all its graphs; also for `homebird stator run`.
 * @param workerId  see RunnerOptions; for the workers of the supervisor only
 */
export function createWorkerRunner(
  context: Context & {
    readonly line?: OfflineGuard
    readonly deliveries?: DeliveryCounts | undefined
    readonly conditions?: ConditionsSource
  },
  workerId?: string,
  { concurrency, handles = () => true, ...wishes }: RunnerWishes = {},
): Runner {
  const { config, db, listener, clock, log, tracer } = context
  const graphs = allGraphWork(context).filter(({ graph }) => handles(graph.table))
  const limits = {
    concurrency: concurrency ?? config.statorConcurrency,
    concurrencyPerModel: config.statorConcurrencyPerModel,
    concurrencyPerHost: config.statorConcurrencyPerHost,
  }
  const runner = createRunner({
    ...wishes,
    ...(workerId === undefined ? {} : { workerId }),
    db,
    listener,
    clock,
    log,
    tracer,
    graphs,
    sweeps: [
      ...allSweeps,
      inboxBodies(config),
      ...uploadSweeps(context),
      droppedMedia(context),
      ...leftFiles(context),
      ...cleanUpSweeps(context),
    ],
    ...limits,
  })
  // Ends with the home that it listens to.
  const obeyed = obeySwitches(context, { runner, graphs, limits }, context.conditions?.now)
  context.conditions?.onChange((now) => obeyed.setConditions(now))
  context.line?.follow((ms) => obeyed.restDeliveries(ms))
  return runner
}
