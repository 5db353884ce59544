/**
 * Has caches in front of the home told that something is not as they keep it. Changes of posts, actors, keys, pins, polls
 * and texts of the home are noted by the database itself, in their transaction; this is for everything else.
 */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { wakeWorker } from '../../db/transaction.ts'
import { purgeGraph } from './purge-graph.ts'

export interface QueuedPurge {
  /** Absolute addresses, such as those of files below `/media/`. */
  readonly urls: readonly string[]
  /** One word for the journal, such as `media`. */
  readonly reason: string
}

/** Addresses of one row; more are more rows. */
const MOST_URLS = 200

/** Where nothing stands in front nothing is queued. One statement for each 200 addresses. */
export async function queuePurge(tx: Transaction, { urls, reason }: QueuedPurge): Promise<void> {
  let isQueued = false
  for (let start = 0; start < urls.length; start += MOST_URLS) {
    const { rows } = await sql<{ id: string }>`
      insert into purges (subject, urls, reason)
      select 'urls', ${urls.slice(start, start + MOST_URLS)}::text[], ${reason}
       where exists (select from purge_target)
      returning id`.execute(tx)
    isQueued ||= rows.length > 0
  }
  if (isQueued) await wakeWorker(tx, purgeGraph.table)
}
