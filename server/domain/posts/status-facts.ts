/** Reads everything that a page of posts needs to be shown, set-wise: a fixed number of statements however long the page is. */
import { sql } from 'kysely'
import type { StatusApplication } from '../../contracts/status.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { type LoadedActors, loadActors } from '../actors/account-entities.ts'

export type PostRow = Row<'posts'>
export type AttachmentRow = Row<'attachments'>
export type MentionRow = Pick<
  Row<'actors'>,
  'id' | 'username' | 'handle_domain' | 'is_local' | 'uri' | 'page_url'
>

export type Mark = 'favourited' | 'reblogged' | 'bookmarked' | 'pinned' | 'muted'

/** All of it by the id of the post. */
export interface StatusFacts {
  /** The posts that the page's boosts carry. */
  readonly boosted: ReadonlyMap<string, PostRow>
  readonly actors: LoadedActors
  readonly attachments: ReadonlyMap<string, readonly AttachmentRow[]>
  readonly mentions: ReadonlyMap<string, readonly MentionRow[]>
  /** Names of hashtags in lower case. */
  readonly tags: ReadonlyMap<string, readonly string[]>
  /** What the viewer did with it; empty for a stranger. */
  readonly marks: ReadonlyMap<string, ReadonlySet<Mark>>
  readonly applications: ReadonlyMap<string, StatusApplication>
}

/** Six statements at most: boosted posts, actors, attachments, mentions, hashtags, the viewer's marks. */
export async function loadStatusFacts(
  db: Querier,
  viewerId: string | null,
  rows: readonly PostRow[],
): Promise<StatusFacts> {
  const boosted = await loadBoosted(db, rows)
  const all = [...rows, ...boosted.values()]
  // What hangs on a post hangs on the boosted one; a boost has nothing of its own.
  const ids = [...new Set(all.filter((row) => row.boost_of_id === null).map((row) => row.id))]
  const actors = await loadActors(
    db,
    all.map((row) => row.author_id),
  )
  const attachments = await loadAttachments(db, ids)
  const mentions = await loadMentions(db, ids)
  const tags = await loadTags(db, ids)
  const { marks, applications } = await loadMarks(db, viewerId, ids)
  return { boosted, actors, attachments, mentions, tags, marks, applications }
}

async function loadBoosted(db: Querier, rows: readonly PostRow[]): Promise<Map<string, PostRow>> {
  const wanted = [...new Set(rows.flatMap((row) => row.boost_of_id ?? []))]
  if (wanted.length === 0) return new Map()
  const { rows: found } = await sql<PostRow>`
    select posts.* from posts where posts.id = any(${wanted}::bigint[]) and posts.deleted_at is null`.execute(
    db,
  )
  return new Map(found.map((row) => [row.id, row]))
}

async function loadAttachments(db: Querier, ids: readonly string[]): Promise<Map<string, AttachmentRow[]>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<AttachmentRow & { post_id: string }>`
    select * from attachments where post_id = any(${ids}::bigint[]) order by post_id, position, id`.execute(
    db,
  )
  return grouped(
    rows,
    (row) => row.post_id,
    (row) => row,
  )
}

async function loadMentions(db: Querier, ids: readonly string[]): Promise<Map<string, MentionRow[]>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<MentionRow & { post_id: string }>`
    select mentions.post_id, actors.id, actors.username, actors.handle_domain, actors.is_local, actors.uri, actors.page_url
      from mentions join actors on actors.id = mentions.actor_id
     where mentions.post_id = any(${ids}::bigint[]) and not mentions.is_silent
     order by mentions.post_id, actors.id`.execute(db)
  return grouped(
    rows,
    (row) => row.post_id,
    (row) => row,
  )
}

async function loadTags(db: Querier, ids: readonly string[]): Promise<Map<string, string[]>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ post_id: string; name: string }>`
    select post_hashtags.post_id, hashtags.name
      from post_hashtags join hashtags on hashtags.id = post_hashtags.hashtag_id
     where post_hashtags.post_id = any(${ids}::bigint[])
     order by post_hashtags.post_id, hashtags.id`.execute(db)
  return grouped(
    rows,
    (row) => row.post_id,
    (row) => row.name,
  )
}

interface LoadedMarks {
  readonly marks: Map<string, Set<Mark>>
  readonly applications: Map<string, StatusApplication>
}

interface MarkRow {
  readonly mark: Mark | 'application'
  readonly post_id: string
  readonly name: string | null
  readonly website: string | null
}

/** The viewer's own likes, boosts, bookmarks, pins, muted threads, and the apps of the viewer's own posts. */
async function loadMarks(db: Querier, viewerId: string | null, ids: readonly string[]): Promise<LoadedMarks> {
  const marks = new Map<string, Set<Mark>>()
  const applications = new Map<string, StatusApplication>()
  if (viewerId === null || ids.length === 0) return { marks, applications }
  const { rows } = await sql<MarkRow>`
    select 'favourited' as mark, post_id, null as name, null as website from interactions
     where actor_id = ${viewerId} and kind = 'like' and post_id = any(${ids}::bigint[])
       and state not in ('undone', 'undone_fanned_out')
    union all
    select 'reblogged', boost_of_id, null, null from posts
     where author_id = ${viewerId} and boost_of_id = any(${ids}::bigint[]) and deleted_at is null
    union all
    select 'bookmarked', post_id, null, null from bookmarks
     where actor_id = ${viewerId} and post_id = any(${ids}::bigint[])
    union all
    select 'pinned', post_id, null, null from pins where actor_id = ${viewerId} and post_id = any(${ids}::bigint[])
    union all
    select 'muted', posts.id, null, null from thread_mutes
      join posts on posts.conversation_id = thread_mutes.conversation_id
     where thread_mutes.actor_id = ${viewerId} and posts.id = any(${ids}::bigint[])
    union all
    select 'application', posts.id, oauth_apps.name, oauth_apps.website from posts
      join oauth_apps on oauth_apps.id = posts.application_id
     where posts.author_id = ${viewerId} and posts.id = any(${ids}::bigint[])`.execute(db)
  for (const row of rows) {
    if (row.mark === 'application') {
      applications.set(row.post_id, { name: row.name ?? '', website: row.website })
    } else {
      const set = marks.get(row.post_id) ?? new Set()
      marks.set(row.post_id, set.add(row.mark))
    }
  }
  return { marks, applications }
}

function grouped<R, T>(
  rows: readonly R[],
  keyOf: (row: R) => string,
  valueOf: (row: R) => T,
): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group === undefined) groups.set(keyOf(row), [valueOf(row)])
    else group.push(valueOf(row))
  }
  return groups
}
