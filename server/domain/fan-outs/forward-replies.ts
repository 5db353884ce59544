/**
 * Passing on what others write below own posts: the followers of whoever is answered see the answers, although they do
 * not know who answers. What is passed on stays as it came, letter by letter.
 * @see ActivityPub 7.1.2 (forwarding from inbox)
 */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { blockedBetween } from '../posts/can-see.ts'
import { queueActivity } from './queue-activity.ts'

export interface ForwardedReply {
  /** Id and type of the activity about it. */
  readonly activity: { readonly id: string; readonly type: string }
  /** The activity as it came. */
  readonly body: string
  readonly postId: string
  readonly postUri: string
  /** Of its author; it is not sent back there. */
  readonly host: string
}

/** Whoever floods a thread does so to its own followers only. */
const MOST_PER_AUTHOR_AND_HOUR = 30
const MOST_PER_IDENTITY_AND_HOUR = 300
/** Below an answer that is deeper, nobody is waiting for more. */
const MOST_DEPTH = 50

interface Target {
  readonly post_id: string
  readonly author_id: string
  readonly signer_id: string
  readonly signer_host: string
  readonly by_author: number
  readonly by_signer: number
}

/**
 * Queues activities about public replies to the followers of whoever wrote the nearest own post above them, where that
 * post is public too. The same activity again does nothing. One statement finds them all.
 * @returns how many are passed on
 */
export async function forwardReplies(tx: Transaction, replies: readonly ForwardedReply[]): Promise<number> {
  if (replies.length === 0) return 0
  const targets = await findTargets(
    tx,
    replies.map(({ postId }) => postId),
  )
  const counts = new Map<string, number>()
  let forwarded = 0
  for (const { activity, body, postId, postUri, host } of replies) {
    const target = targets.get(postId)
    if (target === undefined) continue
    const { author_id: authorId, signer_id: signerId } = target
    const byAuthor = counts.get(authorId) ?? target.by_author
    const bySigner = counts.get(signerId) ?? target.by_signer
    if (byAuthor >= MOST_PER_AUTHOR_AND_HOUR || bySigner >= MOST_PER_IDENTITY_AND_HOUR) continue
    counts.set(authorId, byAuthor + 1)
    counts.set(signerId, bySigner + 1)
    await queueActivity(tx, {
      signer: { id: signerId, host: target.signer_host },
      activity,
      forwarded: { body, authorId },
      objectUri: postUri,
      recipients: { followersOf: signerId, notHost: host },
    })
    forwarded += 1
  }
  return forwarded
}

/** By id of the reply. The walk ends at the first post of the home. */
async function findTargets(tx: Transaction, postIds: readonly string[]): Promise<Map<string, Target>> {
  const { rows } = await sql<Target>`
    with recursive above as (
      select posts.id as post_id, posts.author_id, posts.in_reply_to_id as parent_id, 1 as depth
        from posts
       where posts.id = any(${postIds}::bigint[]) and not posts.is_local and posts.deleted_at is null
         and posts.boost_of_id is null and posts.visibility in ('public', 'unlisted')
       union all
      select above.post_id, above.author_id, parent.in_reply_to_id, above.depth + 1
        from above join posts as parent on parent.id = above.parent_id
       where not parent.is_local and above.depth < ${MOST_DEPTH}
    )
    select above.post_id, above.author_id, signer.id as signer_id, signer.host as signer_host,
           (select count(*) from outbound_activities
             where forwarded_from = above.author_id and created_at > now() - interval '1 hour')::integer as by_author,
           (select count(*) from outbound_activities
             where forwarded_from is not null and actor_id = signer.id
               and created_at > now() - interval '1 hour')::integer as by_signer
      from above
      join posts as own on own.id = above.parent_id
      join actors as signer on signer.id = own.author_id
     where own.is_local and own.deleted_at is null and own.visibility in ('public', 'unlisted')
       and signer.gone_at is null and not ${blockedBetween(sql`above.author_id`, sql`signer.id`)}`.execute(tx)
  return new Map(rows.map((row) => [row.post_id, row]))
}
