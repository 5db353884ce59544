/** Reads the outboxes of others, a few at a time. */
import { OutboxSweeper, type SweepParts } from '../activitypub/sweep-outbox.ts'
import { assertNever } from '../core/errors.ts'
import { Gate } from '../core/gate.ts'
import type { outboxSweepGraph } from '../domain/outboxes/outbox-sweep-graph.ts'
import type { OutboxSweep } from '../domain/outboxes/outbox-sweeps.ts'
import { type HandlersOf, type Verdict, again } from '../stator/graph.ts'

/** Security rule 106. */
const AT_ONCE = 8
const AT_ONCE_PER_HOST = 2

export function outboxSweepHandlers(parts: SweepParts): HandlersOf<typeof outboxSweepGraph> {
  const sweeper = new OutboxSweeper(parts)
  const gate = new Gate(AT_ONCE, AT_ONCE_PER_HOST)
  return {
    reading: {
      each: async (sweep) => {
        const leave = await gate.enter(sweep.host)
        try {
          return await verdictOf(sweeper, sweep)
        } finally {
          leave()
        }
      },
    },
  }
}

async function verdictOf(
  sweeper: OutboxSweeper,
  sweep: OutboxSweep,
): Promise<Verdict<'rested' | 'exhausted'>> {
  const end = await sweeper.sweep(sweep)
  switch (end.kind) {
    case 'again':
      return again({ reason: end.reason })
    case 'rested':
    case 'exhausted':
      return end.note === undefined ? end.kind : { to: end.kind, note: end.note }
    default:
      return assertNever(end)
  }
}
