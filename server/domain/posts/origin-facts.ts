/** What the origin of a post says of it beside its content: where its replies are, and how many of everything there are. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'

export interface OriginFacts {
  /** As `collectionLink` makes it; null where the post names no collection. */
  readonly repliesLink: string | null
  /** Totals; null where the origin does not say. */
  readonly originReplies: number | null
  readonly originBoosts: number | null
  readonly originLikes: number | null
}

/** Most collections stand below their post, so that keeping what follows its URI is enough. */
export function collectionLink(postUri: string, collectionUri: string | null): string | null {
  return collectionUri?.startsWith(postUri) === true ? collectionUri.slice(postUri.length) : collectionUri
}

/** The URI of a collection again. */
export function collectionUriOf(post: { readonly uri: string; readonly replies_link: string }): string {
  return post.replies_link.startsWith('https:') ? post.replies_link : `${post.uri}${post.replies_link}`
}

/**
 * Takes over what the origin says now; what it does not say stays.
 * @returns whether anything is different
 */
export async function storeOriginFacts(
  tx: Transaction,
  postId: string,
  facts: OriginFacts,
): Promise<boolean> {
  if (Object.values(facts).every((fact) => fact === null)) return false
  const { rows } = await sql`
    update posts
       set replies_link = coalesce(given.link, replies_link), origin_replies = coalesce(given.replies, origin_replies),
           origin_boosts = coalesce(given.boosts, origin_boosts), origin_likes = coalesce(given.likes, origin_likes)
      from (values (${facts.repliesLink}::text, ${facts.originReplies}::integer, ${facts.originBoosts}::integer,
                    ${facts.originLikes}::integer)) as given (link, replies, boosts, likes)
     where id = ${postId} and not is_local
       and (given.link <> replies_link or (given.link is not null and replies_link is null)
            or (given.replies is not null and given.replies is distinct from origin_replies)
            or (given.boosts is not null and given.boosts is distinct from origin_boosts)
            or (given.likes is not null and given.likes is distinct from origin_likes))
    returning id`.execute(tx)
  return rows.length > 0
}

interface CountedPost {
  readonly replies_count: number
  readonly boosts_count: number
  readonly likes_count: number
  readonly origin_replies: number | null
  readonly origin_boosts: number | null
  readonly origin_likes: number | null
}

/** What is shown is what the origin counts, and never less than what is known here. */
export function shownCounts(post: CountedPost): {
  readonly replies: number
  readonly boosts: number
  readonly likes: number
} {
  return {
    replies: Math.max(post.replies_count, post.origin_replies ?? 0),
    boosts: Math.max(post.boosts_count, post.origin_boosts ?? 0),
    likes: Math.max(post.likes_count, post.origin_likes ?? 0),
  }
}
