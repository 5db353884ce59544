/** Accounts that are gone, as far as identities followed them: told before their follows go. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { type Severance, tellOfSeverances } from '../notifications/severances.ts'

/**
 * A mere follower who leaves is not told of: apps say that one can no longer read them, and nobody wants a notice for every
 * account that ends somewhere.
 */
export async function tellOfLostAccounts(tx: Transaction, goneIds: readonly string[]): Promise<void> {
  if (goneIds.length === 0) return
  const { rows } = await sql<Severance>`
    select mine.source_id as "actorId", gone.username || '@' || gone.handle_domain as target,
           'account_suspension' as kind, 1 as following, count(theirs.id)::int as followers, true as "isPurged"
      from follows as mine
      join actors as me on me.id = mine.source_id and me.is_local and me.gone_at is null
      join actors as gone on gone.id = mine.target_id
      left join follows as theirs
        on theirs.source_id = gone.id and theirs.target_id = me.id and theirs.state in ('accepting', 'accepted')
     where mine.target_id = any(${goneIds}::bigint[]) and mine.state = 'accepted'
     group by mine.source_id, gone.id, mine.id
     order by mine.id`.execute(tx)
  await tellOfSeverances(tx, rows)
}
