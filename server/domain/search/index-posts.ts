/** Writes what posts are found by: with the posts of others as they come in, and anew for any post that has changed. */
import { type RawBuilder, sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import type { RemotePostRecord } from '../posts/remote-post.ts'
import { type SearchedPost, vectorOf } from './post-vector.ts'

/** Of a post that is about to be stored; it has no card yet. */
export function vectorOfRecord(record: RemotePostRecord): string {
  return vectorOf({
    ...record,
    isReply: record.inReplyToUri !== null,
    hashtags: record.hashtags.map(({ name }) => name),
    mentionedIds: record.mentions.filter(({ isSilent }) => !isSilent).map(({ actorId }) => actorId),
    options: record.poll?.options.map(({ title }) => title) ?? null,
    isQuote: record.quote !== null,
    card: null,
  })
}

/** The words of a post as they are stored: with the pieces of time it belongs to. */
export const storedWords = (postId: RawBuilder<unknown>, words: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`${words}::tsvector || time_pieces(${postId})`

/** Two statements for any number of posts; boosts and what is deleted have no words. */
export async function indexPosts(db: Querier, postIds: readonly string[]): Promise<void> {
  if (postIds.length === 0) return
  const posts = await loadSearched(db, postIds)
  if (posts.length === 0) return
  await writeWords(
    db,
    posts.map((post) => ({ id: post.id, words: vectorOf(post) })),
  )
}

/** What hangs on a post that was written a moment ago. */
type NewParts = Pick<SearchedPost, 'hashtags' | 'mentionedIds' | 'isQuote'>

/** The same without reading anything, for a post of this transaction with neither files nor a poll; it has no card yet. */
export async function indexNewPost(tx: Transaction, post: Row<'posts'>, parts: NewParts): Promise<void> {
  const words = vectorOf({
    ...parts,
    authorId: post.author_id,
    title: post.title,
    summary: post.summary,
    contentText: post.content_text,
    contentHtml: post.content_html,
    isSensitive: post.is_sensitive,
    isReply: post.in_reply_to_uri !== null,
    visibility: post.visibility,
    language: post.language,
    attachments: [],
    options: null,
    card: null,
  })
  await writeWords(tx, [{ id: post.id, words }])
}

async function writeWords(
  db: Querier,
  rows: ReadonlyArray<{ readonly id: string; readonly words: string }>,
): Promise<void> {
  await sql`
    insert into post_words (post_id, words)
    select given.id, ${storedWords(sql.ref('given.id'), sql.ref('given.words'))}
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (id bigint, words text)
     order by given.id
        on conflict (post_id) do update set words = excluded.words where post_words.words <> excluded.words`.execute(
    db,
  )
}

/** Locked against deletion meanwhile: words of a post that is gone would fail the whole batch. */
async function loadSearched(
  db: Querier,
  postIds: readonly string[],
): Promise<Array<SearchedPost & { readonly id: string }>> {
  const { rows } = await sql<SearchedPost & { id: string }>`
    select posts.id, author_id as "authorId", title, summary, content_text as "contentText",
           content_html as "contentHtml", is_sensitive as "isSensitive", in_reply_to_uri is not null as "isReply",
           language, visibility,
           array(select name from post_hashtags join hashtags on hashtags.id = hashtag_id
                  where post_id = posts.id) as hashtags,
           array(select actor_id::text from mentions
                  where post_id = posts.id and not is_silent) as "mentionedIds",
           coalesce((select json_agg(json_build_object('kind', kind, 'description', description) order by position)
                       from attachments where post_id = posts.id), '[]') as attachments,
           (select array_agg(title order by position) from poll_options where poll_id = posts.id) as options,
           exists (select from quotes where quotes.post_id = posts.id) as "isQuote",
           (select json_build_object('title', cards.title, 'description', cards.description)
              from post_cards join cards on cards.id = card_id
             where post_cards.post_id = posts.id and cards.fetched_at is not null) as card
      from posts
     where id = any(${postIds}::bigint[]) and deleted_at is null and boost_of_id is null
     order by id for key share`.execute(db)
  return rows
}

/** Puts the posts where the worker finds them. */
export async function queueForIndex(db: Querier, postIds: RawBuilder<unknown>): Promise<void> {
  await sql`insert into search_backlog (post_id) ${postIds} on conflict do nothing`.execute(db)
}

/** All posts there are, for an index that is to be written anew: where a later version cuts words otherwise. */
export async function queueAllForIndex(db: Querier): Promise<void> {
  await queueForIndex(db, sql`select id from posts where boost_of_id is null and deleted_at is null`)
}

export async function countBacklog(db: Querier): Promise<number> {
  const { rows } = await sql<{ count: string }>`select count(*) from search_backlog`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

/**
 * Writes the words of posts that wait for it, the newest first; whatever interrupts it, the rest still waits.
 * @returns how many waited
 */
export async function indexBacklog(tx: Transaction, batchSize: number): Promise<number> {
  const { rows } = await sql<{ post_id: string }>`
    delete from search_backlog
     where post_id in (select post_id from search_backlog
                        order by post_id desc limit ${batchSize} for update skip locked)
    returning post_id`.execute(tx)
  await indexPosts(
    tx,
    rows.map((row) => row.post_id),
  )
  return rows.length
}

/** Merges what came in lately into the index; a look at one page where nothing did. */
export async function mergeIndex(db: Querier): Promise<void> {
  await sql`select gin_clean_pending_list('post_words_words')`.execute(db)
}
