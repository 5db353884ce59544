/** What an Update of somebody elsewhere changes about quotes: a stamp that came later, a policy that was changed. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { RemotePostContent } from '../posts/remote-post.ts'
import { storeQuotes } from './judge-quotes.ts'

/**
 * A post keeps the quote that it was seen with; one without may get one.
 * @returns whether anything changed
 */
export async function updateQuoteFacts(
  tx: Transaction,
  postId: string,
  content: Pick<RemotePostContent, 'quote' | 'quoteAutomatic' | 'quoteManual'>,
): Promise<boolean> {
  const { quote, quoteAutomatic, quoteManual } = content
  const policy = await sql`
    update posts set quote_automatic = ${quoteAutomatic}::text[], quote_manual = ${quoteManual}::text[]
     where id = ${postId}
       and (quote_automatic, quote_manual) is distinct from (${quoteAutomatic}::text[], ${quoteManual}::text[])
    returning 1`.execute(tx)
  const stamped = await sql`
    with changed as (
      update quotes
         set authorization_uri = ${quote?.authorizationUri ?? null}, state = 'outdated', state_changed_at = now(),
             state_next_attempt_at = now(), state_attempts = 0, state_lock_token = null, state_locked_until = null
       where post_id = ${postId} and quoted_uri = ${quote?.uri ?? null}
         and authorization_uri is distinct from ${quote?.authorizationUri ?? null}
      returning 1
    )
    select pg_notify('stator', 'quotes') from changed limit 1`.execute(tx)
  if (quote !== null) await storeQuotes(tx, [{ postId, quote }], 0)
  return policy.rows.length + stamped.rows.length > 0
}
