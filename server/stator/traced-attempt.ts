/** Calls a handler within a trace of its own: graph, state, how many rows, and what became of them; never which rows. */
import type { Tracer } from '../core/tracer.ts'
import { type Outcome, attempt } from './attempt.ts'
import type { Lane } from './lane.ts'
import type { Unit } from './ready-queue.ts'

/** As `attempt`: never throws. */
export async function tracedAttempt(tracer: Tracer | null, lane: Lane, unit: Unit): Promise<Outcome[]> {
  const { graph } = lane
  const call = async (): Promise<Outcome[]> =>
    attempt(graph, lane.handlerOf(unit.state), unit.tasks, {
      signal: unit.controller.signal,
      mostCalls: lane.mostCalls,
    })
  const span = tracer?.begin({
    name: `${graph.table} ${unit.state}`,
    kind: 'consumer',
    facts: {
      'homebird.graph': graph.table,
      'homebird.state': unit.state,
      'homebird.rows': unit.tasks.length,
    },
  })
  if (tracer === null || span === null || span === undefined) return call()
  const outcomes = await tracer.within(span, call)
  const verdicts = countVerdicts(outcomes)
  span.set({ 'homebird.verdict': [...verdicts].map(worded).join(', ') })
  if (verdicts.has('failed')) span.fail('handler')
  span.end()
  return outcomes
}

/** By the state that was reached, or `again`, `failed`, `interrupted`. */
function countVerdicts(outcomes: readonly Outcome[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const outcome of outcomes) {
    const verdict = outcome.kind === 'move' ? outcome.to : outcome.kind
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  }
  return counts
}

const worded = ([verdict, count]: readonly [string, number]): string =>
  count === 1 ? verdict : `${verdict} ×${count}`
