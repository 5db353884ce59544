/** Who may quote a post: the words in which policies are stored, and what they mean for one reader. */
import { type RawBuilder, sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { QuotePolicy, Row, Visibility } from '../../db/tables.ts'
import { type Viewer, blockedBetween } from '../posts/can-see.ts'

/**
 * `automatic`: a quote is agreed to at once. `manual`: its author will be asked. `unknown`: the post has a policy that
 * only its own server can read.
 */
export type QuotePermission = 'automatic' | 'manual' | 'denied' | 'unknown'

type PolicyColumns = Pick<Row<'posts'>, 'quote_automatic' | 'quote_manual'>

/** Of an own post; one that is not for everybody is for nobody to quote, whatever was chosen. */
export function policyColumns(policy: QuotePolicy, visibility: Visibility): PolicyColumns {
  const isOpen = visibility === 'public' || visibility === 'unlisted'
  return { quote_automatic: isOpen && policy !== 'nobody' ? [policy] : [], quote_manual: [] }
}

/** Groups as apps know them, and one word for everything else. */
export function policyNames(words: readonly string[] | null): string[] {
  const names = (words ?? []).map((word) =>
    word === 'public' || word === 'followers' ? word : 'unsupported_policy',
  )
  return [...new Set(names)]
}

/** What the policy of a post of `alias` means for an actor; nothing about whether that actor may see it. */
export function permissionSql(viewerId: Viewer, alias: string): RawBuilder<QuotePermission> {
  const column = (name: string): RawBuilder<unknown> => sql.ref(`${alias}.${name}`)
  const follows = (source: Viewer, target: Viewer): RawBuilder<unknown> => sql`exists (
    select from follows where source_id = ${source} and target_id = ${target} and state in ('accepting', 'accepted'))`
  const covers = (words: RawBuilder<unknown>): RawBuilder<unknown> => sql`('public' = any(${words})
      or ('followers' = any(${words}) and ${follows(viewerId, column('author_id'))})
      or ('following' = any(${words}) and ${follows(column('author_id'), viewerId)})
      or (select uri from actors where id = ${viewerId}) = any(${words}))`
  const automatic = column('quote_automatic')
  const manual = column('quote_manual')
  return sql<QuotePermission>`case
    when ${column('boost_of_id')} is not null or ${column('visibility')} = 'direct' then 'denied'
    when ${column('author_id')} = ${viewerId} then 'automatic'
    when ${column('visibility')} = 'followers' or ${blockedBetween(viewerId, column('author_id'))} then 'denied'
    -- A server without policies lets everybody quote.
    when ${automatic} is null and not ${column('is_local')} then 'automatic'
    when ${covers(automatic)} then 'automatic'
    when ${covers(manual)} then 'manual'
    when exists (select from unnest(${automatic} || ${manual}) as word where word like 'https:%') then 'unknown'
    else 'denied' end`
}

/** What an actor, here or elsewhere, may expect who quotes this post. */
export async function findPermission(db: Querier, actorId: string, postId: string): Promise<QuotePermission> {
  const { rows } = await sql<{ permission: QuotePermission }>`
    select ${permissionSql(actorId, 'posts')} as permission from posts
     where posts.id = ${postId} and posts.deleted_at is null`.execute(db)
  return rows[0]?.permission ?? 'denied'
}
