/** One call of a handler: what it says of each row, checked against the graph. Never throws, writes nothing. */
import { HomebirdError, describeError, isHomebirdError } from '../core/errors.ts'
import { isDatabaseAway, isDiskFull } from '../db/transaction.ts'
import type { StateRow, Task } from './claim.ts'
import type { Again, Graph, Move, StateHandler, Verdict, Work } from './graph.ts'

export type Outcome =
  | { readonly kind: 'move'; readonly to: string; readonly note: string | null }
  | {
      readonly kind: 'again'
      readonly afterSeconds: number | null
      readonly reason: string | null
      readonly isCounted: boolean
    }
  | { readonly kind: 'failed'; readonly error: string }
  /** Interrupted before it ended: no attempt is counted. */
  | { readonly kind: 'interrupted' }

/** Handlers as the engine sees them; the types of `HandlersOf` are checked where a graph's handlers are written. */
export type AnyHandler = StateHandler<StateRow, string>

/** The result itself waits for the database; this is only the pause after it. */
const DATABASE_AWAY_SECONDS = 2
/** Without room nothing succeeds; the worker is told to rest soon. */
const DISK_FULL_SECONDS = 5

const INTERRUPTED: Outcome = { kind: 'interrupted' }

/**
 * Handles rows that are in the same state.
 * @returns one outcome for each task, in their order
 */
export async function attempt(
  graph: Graph,
  handler: AnyHandler,
  tasks: readonly Task[],
  work: Work,
): Promise<Outcome[]> {
  if ('batch' in handler) return attemptBatch(graph, handler.batch, tasks, work)
  const outcomes: Outcome[] = []
  for (const task of tasks) {
    if (work.signal.aborted) {
      outcomes.push(INTERRUPTED)
      continue
    }
    try {
      outcomes.push(outcomeOf(graph, task, await handler.each(task.row, work)))
    } catch (error) {
      outcomes.push(failure(error, work))
    }
  }
  return outcomes
}

type AnyBatch = Extract<AnyHandler, { readonly batch: unknown }>['batch']

/** A batch that throws is tried again row by row, so that a bad row harms only itself. */
async function attemptBatch(
  graph: Graph,
  batch: AnyBatch,
  tasks: readonly Task[],
  work: Work,
): Promise<Outcome[]> {
  try {
    const verdicts = await batch(
      tasks.map((task) => task.row),
      work,
    )
    return tasks.map((task) => outcomeOf(graph, task, verdicts.get(task.key) ?? NO_VERDICT))
  } catch (error) {
    const failed = failure(error, work)
    if (failed.kind !== 'failed' || tasks.length === 1) return tasks.map(() => failed)
  }
  const outcomes: Outcome[] = []
  for (const task of tasks) {
    const alone = work.signal.aborted ? [INTERRUPTED] : await attemptBatch(graph, batch, [task], work)
    outcomes.push(...alone)
  }
  return outcomes
}

const NO_VERDICT: Again = { again: true, reason: 'the batch gave no verdict for this row' }

/**
 * What a handler throws after it was told to stop says nothing about the row, and neither does a database that was
 * away for a moment, or a disk that has no room.
 */
function failure(error: unknown, work: Work): Outcome {
  if (work.signal.aborted) return INTERRUPTED
  const isFull = isDiskFull(error) || isHomebirdError(error, 'STORAGE_FULL')
  if (isFull || isDatabaseAway(error)) {
    return {
      kind: 'again',
      afterSeconds: isFull ? DISK_FULL_SECONDS : DATABASE_AWAY_SECONDS,
      reason: describeError(error),
      isCounted: false,
    }
  }
  return { kind: 'failed', error: describeError(error) }
}

function outcomeOf(graph: Graph, task: Task, verdict: Verdict<string>): Outcome {
  if (typeof verdict === 'object' && verdict !== null && 'again' in verdict) {
    const { afterSeconds = null, reason = null, isUncounted = false } = verdict
    return { kind: 'again', afterSeconds, reason, isCounted: !isUncounted }
  }
  const move: Move<string> = typeof verdict === 'string' ? { to: verdict } : verdict
  const declared = graph.states[task.row.state]?.next ?? []
  if (!declared.includes(move?.to)) {
    const error = new HomebirdError(
      'STATE_UNDECLARED',
      `graph ${graph.table}: the handler of ${task.row.state} answered ${JSON.stringify(verdict)}, declared are ${declared.join(', ')}`,
    )
    return { kind: 'failed', error: describeError(error) }
  }
  return { kind: 'move', to: move.to, note: move.note ?? null }
}
