/** Handles link previews: reads their pages, slowly for each host, and lets go of those that no post has any more. */
import { HostBudget } from '../activitypub/host-budget.ts'
import type { Clock } from '../core/clock.ts'
import { assertNever } from '../core/errors.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import type { cardGraph } from '../domain/cards/card-graph.ts'
import { type PreviewReader, isCardHost, readPreview } from '../domain/cards/read-preview.ts'
import { recordPreview, usedCards } from '../domain/cards/record-card.ts'
import { type HandlersOf, type Verdict, again } from '../stator/graph.ts'

export interface CardParts extends PreviewReader {
  readonly db: Database
  readonly clock: Clock
  /** False where the owner wants no page to be asked for. */
  readonly previewCards: boolean
}

/** One server that everybody links to must not feel it. */
const PACE = { most: 10, windowMs: 60_000 } as const

export function cardHandlers(parts: CardParts): HandlersOf<typeof cardGraph> {
  const { db } = parts
  const budget = new HostBudget(parts.clock, PACE)
  return {
    due: {
      each: async (card) => {
        if (!parts.previewCards || !(await usedCards(db, [card.id])).has(card.id)) return 'unused'
        if (!isCardHost(parts, card.host))
          return { to: 'failed', note: 'the host is of this home or blocked' }
        const waitMs = budget.take(card.host)
        if (waitMs > 0) return again({ afterSeconds: waitMs / 1000, isUncounted: true })
        return readCard(parts, card)
      },
    },
    fetched: {
      batch: async (cards) => {
        const used = await usedCards(
          db,
          cards.map(({ id }) => id),
        )
        return new Map(cards.map(({ id }) => [id, used.has(id) ? again() : 'unused']))
      },
    },
  }
}

async function readCard(
  parts: CardParts,
  card: Row<'cards'>,
): Promise<Verdict<'fetched' | 'failed' | 'unused'>> {
  const now = parts.clock.now()
  const reading = await readPreview(parts, card.url, now)
  switch (reading.outcome) {
    case 'read': {
      const { preview } = reading
      await inTransaction(parts.db, async (tx) => recordPreview(tx, card, preview, now))
      return 'fetched'
    }
    case 'nothing':
      return { to: 'failed', note: reading.reason }
    case 'unavailable': {
      const { reason, retryAfterSeconds } = reading
      return again({ reason, ...(retryAfterSeconds === null ? {} : { afterSeconds: retryAfterSeconds }) })
    }
    default:
      return assertNever(reading)
  }
}
