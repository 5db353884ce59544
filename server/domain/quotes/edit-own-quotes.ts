/** What edits of own posts have to do with quotes: the fallback in their text, who may quote them, who is told. */
import { sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { QuotePolicy, Row } from '../../db/tables.ts'
import { tellIdentities } from '../posts/local-effects.ts'
import { policyColumns } from './quote-policy.ts'
import { amendPosts } from './tell-quotes.ts'

/** Null for a post without a quote. A quoted post that is gone keeps its address in the text. */
export async function findQuotedPage(db: Querier, postId: string): Promise<{ readonly url: string } | null> {
  const { rows } = await sql<{ url: string }>`
    select coalesce(quoted.page_url, quoted.uri, quotes.quoted_uri) as url
      from quotes left join posts as quoted on quoted.id = quotes.quoted_id
     where quotes.post_id = ${postId}`.execute(db)
  return rows[0] ?? null
}

/**
 * Changes who may quote an own post from now on; quotes that were agreed to stay. Peers get an Update.
 * @returns whether it was another policy before
 */
export async function setQuotePolicy(
  tx: Transaction,
  post: Pick<Row<'posts'>, 'id' | 'visibility'>,
  policy: QuotePolicy,
): Promise<boolean> {
  const { quote_automatic: automatic, quote_manual: manual } = policyColumns(policy, post.visibility)
  const { rows } = await sql<{ id: string }>`
    update posts set quote_automatic = ${automatic}::text[], quote_manual = ${manual}::text[]
     where id = ${post.id} and is_local and boost_of_id is null and deleted_at is null
       and quote_automatic is distinct from ${automatic}::text[]
    returning id`.execute(tx)
  await amendPosts(
    tx,
    rows.map(({ id }) => id),
  )
  return rows.length > 0
}

/** Tells identities of this home that what they quote was edited; whoever is elsewhere gets the Update. */
export async function tellQuoters(
  tx: Transaction,
  post: Pick<Row<'posts'>, 'id' | 'author_id'>,
): Promise<void> {
  const { rows } = await sql<{ id: string; author_id: string }>`
    select posts.id, posts.author_id from quotes join posts on posts.id = quotes.post_id
     where quotes.quoted_id = ${post.id} and quotes.approval = 'accepted' and posts.is_local
       and posts.deleted_at is null`.execute(tx)
  await tellIdentities(
    tx,
    rows.map(({ id, author_id: actorId }) => ({
      actorId,
      kind: 'quoted_update',
      fromActorId: post.author_id,
      postId: id,
    })),
  )
}
