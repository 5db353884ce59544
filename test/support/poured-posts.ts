/** Posts poured into a home by SQL as the inbox leaves them: for what is about many posts, and not about how they came. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { openRuntimeFolder } from '../../server/appliance/runtime-folder.ts'

/** A superuser's connection to the database of a home that runs. */
export async function adminClient(dataDir: string): Promise<pg.Client> {
  const password = (await readFile(join(dataDir, 'secrets', 'postgres-admin'), 'utf8')).trim()
  const runtime = openRuntimeFolder(dataDir, { env: {}, uid: process.getuid?.() ?? null })
  const client = new pg.Client({
    host: runtime.database,
    user: 'homebird_admin',
    password,
    database: 'homebird',
  })
  await client.connect()
  return client
}

/** Old posts of one stranger who is as old, and whom nobody here had to do with. */
export async function pourOldPosts(sql: pg.Client, count: number, name: string): Promise<void> {
  await sql.query(
    `with stranger as (
       insert into actors (id, uri, host, username, handle_domain, inbox_uri, created_at, fetched_at)
       values (id_at(now() - interval '300 days'), 'https://old.example/users/' || $2::text, 'old.example', $2, 'old.example',
               'https://old.example/inbox', now() - interval '300 days', now() - interval '300 days')
       returning id
     ), made as materialized (
       select id_at(now() - interval '200 days') as id, n from generate_series(1, $1::integer) as n
     )
     insert into posts (id, uri, author_id, visibility, conversation_id, published_at, created_at, state)
     select made.id, 'https://old.example/posts/' || $2 || n, stranger.id, 'public', made.id, now() - interval '200 days',
            now() - interval '200 days', 'fanned_out' from made, stranger`,
    [count, name],
  )
}

const AUTHORS = 20

/** Posts of people whom the owner follows, a minute apart, the last one now. */
export async function pourTimeline(sql: pg.Client, count: number): Promise<void> {
  await sql.query(
    `with own as (
       select id from actors where domain_id is not null and not is_instance_actor
     ), authors as (
       insert into actors (uri, kind, host, username, handle_domain, display_name, inbox_uri, fetched_at)
       select 'https://poured.example/users/' || n, 'Person', 'poured.example', 'writer' || n, 'poured.example',
              'Writer ' || n, 'https://poured.example/users/' || n || '/inbox', now()
         from generate_series(1, ${AUTHORS}) as n
       returning id, username
     ), followed as (
       insert into follows (uri, source_id, target_id, state, accepted_at, state_next_attempt_at)
       select 'https://poured.example/follows/' || authors.id, own.id, authors.id, 'accepted', now(), null from authors, own
     ), given as materialized (
       select n, now() - make_interval(mins => $1 - n) as at from generate_series(1, $1::integer) as n
     ), posted as (
       insert into posts (id, uri, author_id, content_html, content_text, visibility, conversation_id, published_at,
                          fetched_at, state)
       select id_at(at), 'https://poured.example/posts/' || n, authors.id, '<p>' || text || '</p>', text, 'public',
              id_at(at), at, now(), 'fanned_out'
         from given
         join authors on authors.username = 'writer' || (n % ${AUTHORS} + 1)
        cross join lateral (
          select 'Post number ' || n || ', of a length that people really write: about two lines in a timeline.' as text
        ) as words
       returning id
     )
     insert into timeline_entries (actor_id, post_id) select own.id, posted.id from posted, own`,
    [count],
  )
  await sql.query('analyze')
}

/**
 * Replies to a post, by one of those who wrote the timeline.
 * @returns the id of the post: the newest of the timeline
 */
export async function pourReplies(sql: pg.Client, count: number): Promise<string> {
  const { rows } = await sql.query<{ id: string }>('select max(post_id) as id from timeline_entries')
  const id = rows[0]?.id ?? ''
  await sql.query(
    `insert into posts (uri, author_id, content_html, content_text, visibility, conversation_id, in_reply_to_id,
                        published_at, fetched_at, state)
     select 'https://poured.example/replies/' || n, authors.id, '<p>Reply number ' || n || '</p>', 'Reply number ' || n,
            'public', root.conversation_id, root.id, now(), now(), 'fanned_out'
       from generate_series(1, $2::integer) as n
       join actors as authors on authors.uri = 'https://poured.example/users/' || (n % ${AUTHORS} + 1)
       join posts as root on root.id = $1::bigint`,
    [id, count],
  )
  await sql.query('analyze posts')
  return id
}

/** People who follow the owner. */
export async function pourFollowers(sql: pg.Client, count: number): Promise<void> {
  await sql.query(
    `with own as (
       select id from actors where domain_id is not null and not is_instance_actor
     ), people as (
       insert into actors (uri, kind, host, username, handle_domain, display_name, inbox_uri, fetched_at)
       select 'https://many.example/users/' || n, 'Person', 'many.example', 'reader' || n, 'many.example',
              'Reader ' || n, 'https://many.example/users/' || n || '/inbox', now()
         from generate_series(1, $1::integer) as n
       returning id, uri
     )
     insert into follows (uri, source_id, target_id, state, accepted_at, state_next_attempt_at)
     select people.uri || '/follows/1', people.id, own.id, 'accepted', now(), null from people, own`,
    [count],
  )
  await sql.query('analyze')
}
