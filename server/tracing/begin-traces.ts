/** Begins the traces of a process where the settings ask for them; what they are made with is loaded only then. */
import type { ChildChannel } from '../core/child-channel.ts'
import type { Config } from '../core/config.ts'
import { createLogger } from '../core/log.ts'
import { planTraces } from '../core/trace-settings.ts'
import type { Tracer } from '../core/tracer.ts'

type TracedChannel = Pick<ChildChannel<Config>, 'start' | 'notice' | 'onStop'>

/**
 * To be asked for before anything else of the process is opened: what has been gathered is sent when all of it is closed.
 * @returns null where nothing is traced
 */
export async function tracerOf(channel: TracedChannel): Promise<Tracer | null> {
  const { start } = channel
  const traces = planTraces(start.settings)
  if (traces.kind === 'off') return null
  if (traces.kind === 'refused') {
    channel.notice('warn', `nothing is traced: ${traces.why}`)
    return null
  }
  const { openTracer } = await import('./open-tracer.ts')
  const log = createLogger(start.role, start.settings.logLevel)
  const { tracer, close } = openTracer(traces.plan, { part: `${start.role}-${start.index}`, log })
  channel.onStop(close)
  log.info({ event: 'traces.begun', host: new URL(traces.plan.endpoint).host })
  return tracer
}
