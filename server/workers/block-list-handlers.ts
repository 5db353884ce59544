/** Reads the block lists that the owner subscribes to. */
import type { Clock } from '../core/clock.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import type { blockListGraph } from '../domain/blocks/block-list-graph.ts'
import { storeReading } from '../domain/blocks/block-lists.ts'
import { readBlockList } from '../domain/blocks/read-block-list.ts'
import type { SafeFetch } from '../net/fetch-types.ts'
import { type HandlersOf, type Work, again } from '../stator/graph.ts'

interface BlockListParts {
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
  readonly fetch: Pick<SafeFetch, 'fetchMedia'>
}

export function blockListHandlers(parts: BlockListParts): HandlersOf<typeof blockListGraph> {
  return {
    due: { each: async (list, work) => readList(parts, list, work) },
    fresh: { each: async () => Promise.resolve('due' as const) },
  }
}

/** One that cannot be read is tried again soon; one that is read and not taken over, tomorrow. */
async function readList(
  { db, clock, log, fetch }: BlockListParts,
  list: Row<'block_list_subscriptions'>,
  { signal }: Work,
) {
  const reading = await readBlockList(fetch, list.url, signal)
  const problem = await inTransaction(db, async (tx) => storeReading(tx, list.id, reading, clock.now()))
  if (problem === null) log.info({ event: 'block_list.read', url: list.url })
  else log.warn({ event: 'block_list.not_taken_over', url: list.url, problem })
  if (!reading.ok) return again({ reason: reading.problem })
  return problem === null ? ('fresh' as const) : ({ to: 'fresh', note: problem } as const)
}
