/** Handles received activities, a claim at a time. */
import { Inbound, type InboundParts } from '../activitypub/inbound.ts'
import type { MessageOutcome } from '../activitypub/inbound/message.ts'
import { assertNever } from '../core/errors.ts'
import type { inboxMessageGraph } from '../domain/inbox/inbox-message-graph.ts'
import { type HandlersOf, type Verdict, again } from '../stator/graph.ts'

export type InboxMessageParts = InboundParts

export function inboxMessageHandlers(parts: InboxMessageParts): HandlersOf<typeof inboxMessageGraph> {
  const inbound = new Inbound(parts)
  return {
    received: {
      async batch(rows) {
        const outcomes = await inbound.process(rows)
        return new Map([...outcomes].map(([id, outcome]) => [id, verdictOf(outcome)]))
      },
    },
  }
}

function verdictOf(outcome: MessageOutcome): Verdict<'processed' | 'dropped'> {
  switch (outcome.kind) {
    case 'processed':
      return 'processed'
    case 'dropped':
      return 'dropped'
    case 'again':
      return again(
        outcome.afterSeconds === undefined
          ? { reason: outcome.reason }
          : { reason: outcome.reason, afterSeconds: outcome.afterSeconds },
      )
    default:
      return assertNever(outcome)
  }
}
