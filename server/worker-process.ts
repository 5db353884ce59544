/** The Stator process after its channel is open: parts, graphs with their handlers, the runner. */
import type { ChildChannel } from './core/child-channel.ts'
import type { Config } from './core/config.ts'
import { type Context, contextOptionsFrom, openContext } from './context.ts'
import { type Runner, createRunner } from './stator/runner.ts'
import { allGraphWork } from './workers/registry.ts'
import { allSweeps } from './workers/sweeps.ts'

export async function runWorker(channel: ChildChannel<Config>): Promise<void> {
  const context = await openContext(contextOptionsFrom(channel.start))
  channel.onStop(() => context.close())
  const runner = createWorkerRunner(context)
  channel.onStop(() => runner.stop())
  channel.onAsk(() => runner.status())
  runner.start()
  context.log.info({ event: 'worker.ready' })
  channel.ready()
}

/** The runner of this home with all its graphs; also for `homebird stator run`. */
export function createWorkerRunner(context: Context): Runner {
  const { config, db, listener, clock, log } = context
  return createRunner({
    ...{ db, listener, clock, log },
    graphs: allGraphWork(context),
    sweeps: allSweeps,
    concurrency: config.statorConcurrency,
    concurrencyPerModel: config.statorConcurrencyPerModel,
    concurrencyPerHost: config.statorConcurrencyPerHost,
  })
}
