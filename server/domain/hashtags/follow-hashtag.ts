/** Hashtags that an identity follows. Nobody is told: their posts are those that come here anyway. */
import { sql } from 'kysely'
import { type PageOf, type PageRequest, pageOrder, toPage, withinPage } from '../../db/paging.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import { refreshAside, taggedWith } from '../timelines/aside.ts'
import { publishToStreams } from '../timelines/stream-notices.ts'
import { type HashtagFacts, hashtagFacts } from './hashtag-entity.ts'

/** What comes from now on is read at home. A second follow is the first. */
export async function followHashtag(tx: Transaction, actorId: string, hashtagId: string): Promise<void> {
  const { numAffectedRows = 0n } = await sql`
    insert into followed_hashtags (actor_id, hashtag_id) values (${actorId}, ${hashtagId})
        on conflict do nothing`.execute(tx)
  if (numAffectedRows > 0n) await refreshAside(tx, actorId, taggedWith(hashtagId))
}

/** What came for this hashtag alone leaves the home timeline. Without a follow nothing happens. */
export async function unfollowHashtag(tx: Transaction, actorId: string, hashtagId: string): Promise<void> {
  const { numAffectedRows = 0n } = await sql`
    delete from followed_hashtags where actor_id = ${actorId} and hashtag_id = ${hashtagId}`.execute(tx)
  if (numAffectedRows === 0n) return
  const { rows } = await sql<{ id: string }>`
    delete from timeline_entries as entry
     using post_hashtags join posts on posts.id = post_hashtags.post_id
     where entry.actor_id = ${actorId} and entry.post_id = posts.id and post_hashtags.hashtag_id = ${hashtagId}
       and posts.author_id <> ${actorId}
       and not exists (select from follows
                        where follows.source_id = ${actorId} and follows.target_id = posts.author_id
                          and follows.state = 'accepted')
       and not exists (select from post_hashtags as tagged
                         join followed_hashtags as followed on followed.hashtag_id = tagged.hashtag_id
                        where tagged.post_id = posts.id and followed.actor_id = ${actorId})
    returning posts.id`.execute(tx)
  await publishToStreams(
    tx,
    rows.map(({ id }) => ({ actorId, event: 'delete', id })),
  )
  await refreshAside(tx, actorId, taggedWith(hashtagId))
}

/** The last followed first; cursors are those of the follows. */
export async function listFollowedHashtags(
  db: Querier,
  actorId: string,
  page: PageRequest,
): Promise<PageOf<HashtagFacts>> {
  const cursor = sql.ref('mine.id')
  const { rows } = await sql<HashtagFacts & { cursor: string }>`
    select ${hashtagFacts(actorId)}, mine.id as cursor
      from followed_hashtags as mine join hashtags on hashtags.id = mine.hashtag_id
     where mine.actor_id = ${actorId} and ${withinPage(cursor, page)}
     ${pageOrder(cursor, page)}`.execute(db)
  return toPage(rows, page, (row) => row.cursor)
}
