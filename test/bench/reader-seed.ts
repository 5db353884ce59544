/** The owner among those who wrote a library: whom they follow, what they wrote, and what they were told. */
import type pg from 'pg'
import { hashSecret, newSecret } from '../../server/domain/oauth/secrets.ts'
import { BENCH_DOMAIN, BENCH_HANDLE } from './bench-home.ts'
import type { Library } from './search-seed.ts'

/** Followed are those who write most; they wrote the greater part of what there is. */
const FOLLOWED = 200
const OWN_POSTS = 400
const REPLIES = 500
/** One notification for this many posts. */
const PER_NOTIFICATION = 20

export interface ReaderPlace {
  readonly token: string
  readonly threadId: string
  readonly authorId: string
}

/** The owner among them: whom they follow, what they wrote, a long thread, and what they were told. */
export async function seedReader(sql: pg.Client, library: Library): Promise<ReaderPlace> {
  const { rows: own } = await sql.query<{ id: string }>(
    'select id from actors where username = $1 and is_local',
    [BENCH_HANDLE],
  )
  const me = own[0]?.id ?? ''
  const followed = library.authorIds.slice(0, FOLLOWED)
  await sql.query(
    `insert into follows (uri, source_id, target_id, state, state_next_attempt_at, accepted_at)
     select 'https://${BENCH_DOMAIN}/follows/' || id, $1, id, 'accepted', null, now() from unnest($2::bigint[]) as id`,
    [me, followed],
  )
  await sql.query(
    `insert into timeline_entries (actor_id, post_id) select $1, id from posts where author_id = any($2::bigint[])`,
    [me, followed],
  )
  await sql.query(
    `insert into posts (uri, author_id, is_local, content_html, content_text, visibility, conversation_id, published_at, state)
     select 'https://${BENCH_DOMAIN}/own/' || n, $1, true, '<p>own post</p>', 'own post', 'public', 0, now(), 'fanned_out'
       from generate_series(1, $2::integer) as n`,
    [me, OWN_POSTS],
  )
  const { rows: posts } = await sql.query<{ id: string }>(
    'select id from posts where author_id = $1 order by id',
    [me],
  )
  const threadId = posts[0]?.id ?? ''
  await sql.query('update posts set conversation_id = id where author_id = $1', [me])
  await sql.query(
    `insert into posts (uri, author_id, content_html, content_text, visibility, conversation_id, in_reply_to_id,
                        in_reply_to_author_id, in_reply_to_uri, published_at, fetched_at, state)
     select 'https://library.bench.example/replies/' || n, ($4::bigint[])[1 + n % 2000], '<p>an answer</p>', 'an answer',
            'public', $1, $1, $2, 'https://${BENCH_DOMAIN}/own/1', now(), now(), 'fanned_out'
       from generate_series(1, $3::integer) as n`,
    [threadId, me, REPLIES, library.authorIds],
  )
  await sql.query(
    `insert into notifications (actor_id, kind, from_actor_id, post_id)
     select $1, 'favourite', ($2::bigint[])[1 + n / $5::integer % 2000], ($3::bigint[])[1 + n % $5::integer]
       from generate_series(0, least((select count(*) / $4::integer from posts), 2000 * $5)::integer - 1) as n`,
    [me, library.authorIds, posts.map(({ id }) => id), PER_NOTIFICATION, posts.length],
  )
  return { threadId, authorId: followed[0] ?? '', token: await givenToken(sql, me) }
}

/** An app that the owner let in. */
async function givenToken(sql: pg.Client, actorId: string): Promise<string> {
  const token = newSecret()
  await sql.query(
    `with app as (
       insert into oauth_apps (client_id, client_secret_hash, name, redirect_uris, scopes)
       values ('bench', $1, 'Bench', '{urn:ietf:wg:oauth:2.0:oob}', '{read}') returning id
     )
     insert into oauth_tokens (token_hash, app_id, actor_id, scopes) select $2, id, $3, '{read}' from app`,
    [hashSecret(newSecret()), hashSecret(token), actorId],
  )
  return token
}
