/** Posts of everybody, in the order of their rows: own ones with what was typed, all with what hangs on them. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { findActorReferences } from '../actors/actor.ts'
import { addToConversations } from '../conversations/add-to-conversations.ts'
import { ingestPosts } from '../posts/ingest-posts.ts'
import type { RemotePostRecord } from '../posts/remote-post.ts'
import { noteFile } from './note-file.ts'
import { type OwnPost, isRecord, postRecord } from './post-record.ts'
import { type PostRow, type SourceAttachment, isDeleted, selectPosts } from './post-rows.ts'
import { type AdoptionStep, type AdoptionWorld, type Tally, type Taking, addTo, countOf } from './step.ts'

export const takePosts: AdoptionStep<PostRow> = {
  name: 'posts',
  batch: 200,
  count: async ({ source }) => countOf(source, 'activities_post'),
  read: async ({ source }, after, limit) =>
    source.read<PostRow>(selectPosts(source), [after === '' ? '-1' : after, limit]),
  keyOf: ({ id }) => id,
  take: takeRows,
}

async function takeRows(tx: Transaction, world: AdoptionWorld, rows: readonly PostRow[]): Promise<Taking> {
  const taken: Tally = {}
  const leftOut: Tally = {}
  const people = await findActorReferences(
    tx,
    rows.flatMap((row) => [row.author_uri, ...row.mentions.map(({ uri }) => uri), ...row.addressed]),
  )
  const emojis = await ownEmojis(tx)
  const records: RemotePostRecord[] = []
  const own = new Map<string, OwnPost>()
  const ownRows = new Map<string, PostRow>()
  for (const row of rows) {
    const made = postRecord(row, { people, emojis, now: world.now })
    if (!isRecord(made)) {
      addTo(leftOut, made.why)
      continue
    }
    records.push(made.record)
    if (made.own === null) continue
    own.set(made.record.uri, made.own)
    ownRows.set(made.record.uri, row)
    if (row.visibility === LOCAL_ONLY) addTo(leftOut, 'local_only_made_private')
  }
  await rememberDeleted(tx, rows, people)
  const { posts } = await ingestPosts(tx, records, world.now)
  const ownIds = posts.filter(({ uri }) => own.has(uri))
  await makeOwn(tx, ownIds, own)
  for (const { id, uri } of ownIds) await insertFiles(tx, id, ownRows.get(uri)?.attachments ?? [])
  await keepLetters(tx, posts)
  addTo(taken, 'own_posts', ownIds.length)
  addTo(taken, 'posts', posts.length - ownIds.length)
  return { taken, leftOut }
}

/** Such posts never left their server: here there is nobody else, so they are for their author alone. */
const LOCAL_ONLY = 4

async function ownEmojis(tx: Transaction): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.selectFrom('emojis').select(['shortcode', 'url']).where('host', 'is', null).execute()
  return new Map(rows.map(({ shortcode, url }) => [shortcode, url]))
}

/** An own post that was deleted goes on answering that it is gone. */
async function rememberDeleted(
  tx: Transaction,
  rows: readonly PostRow[],
  people: Awaited<ReturnType<typeof findActorReferences>>,
): Promise<void> {
  const gone = rows.filter(
    (row) =>
      row.local && isDeleted(row) && row.object_uri !== null && people.get(row.author_uri)?.is_local === true,
  )
  if (gone.length === 0) return
  await tx
    .insertInto('tombstones')
    .values(
      gone.map((row) => ({
        uri: row.object_uri ?? '',
        // What was never public is not told apart from what never was.
        former_kind: row.visibility < 2 ? 'Note' : '',
        deleted_at: row.updated,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** They came in as if they were of others; `waiting` is what the old server has not sent yet. */
async function makeOwn(
  tx: Transaction,
  posts: ReadonlyArray<{ readonly id: string; readonly uri: string }>,
  own: ReadonlyMap<string, OwnPost>,
): Promise<void> {
  const given = posts.map(({ id, uri }) => ({ id, ...own.get(uri) }))
  if (given.length === 0) return
  await sql`
    update posts
       set is_local = true, fetched_at = null, content_source = given.source, created_at = posts.published_at,
           state = case when given."isUnsent" then 'new' else 'fanned_out' end, state_priority = 0,
           page_url = 'https://' || author.host || '/@' || author.username || '/' || posts.id,
           quote_automatic = case when posts.visibility in ('public', 'unlisted') then '{public}'::text[] else '{}' end,
           quote_manual = '{}'
      from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as given (id bigint, source text, "isUnsent" boolean),
           actors as author
     where posts.id = given.id and author.id = posts.author_id`.execute(tx)
  await sql`
    update polls set is_local = true, state = case when ends_at is null or ends_at <= now() then 'closed' else 'open' end,
                     closed_at = case when ends_at <= now() then ends_at end,
                     state_next_attempt_at = case when ends_at > now() then ends_at end, state_priority = 0
     where id = any(${given.map(({ id }) => id)}::bigint[])`.execute(tx)
}

async function insertFiles(
  tx: Transaction,
  postId: string,
  attachments: readonly SourceAttachment[],
): Promise<void> {
  for (const [position, file] of attachments.entries()) {
    const { id } = await tx
      .insertInto('attachments')
      .values({
        post_id: postId,
        owner_actor_id: sql<string>`(select author_id from posts where id = ${postId})`,
        position,
        kind: file.kind,
        media_type: file.mimetype,
        remote_url: null,
        description: file.name,
        blurhash: file.blurhash,
        width: file.width,
        height: file.height,
        focus_x: file.focalX,
        focus_y: file.focalY,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await noteFile(tx, file.file, 'attachment', id)
    await noteFile(tx, file.thumbnail, 'preview', id)
  }
}

/** Private posts stand in the conversations of every identity that has them. */
async function keepLetters(
  tx: Transaction,
  posts: ReadonlyArray<{ readonly id: string; readonly author_id: string; readonly visibility: string }>,
): Promise<void> {
  const ids = posts.filter(({ visibility }) => visibility === 'direct').map(({ id }) => id)
  if (ids.length === 0) return
  const { rows } = await sql<{ actorId: string; postId: string }>`
    select actors.id as "actorId", posts.id as "postId" from posts
      join actors on actors.is_local and not actors.is_instance_actor
       and (actors.id = posts.author_id
            or exists (select from mentions where post_id = posts.id and actor_id = actors.id))
     where posts.id = any(${ids}::bigint[]) order by posts.id`.execute(tx)
  await addToConversations(tx, rows)
  // They were read where they came from.
  await sql`update conversations set is_unread = false where is_unread`.execute(tx)
}
