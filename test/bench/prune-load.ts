/** A clean-up of a hundred thousand posts beside somebody who reads: what goes, what stays, and what the reader notices. */
import { setTimeout as delay } from 'node:timers/promises'
import type { BenchHome } from './bench-home.ts'
import { type BenchResult, latencies, quantile } from './report.ts'
import { seedLibrary } from './search-seed.ts'

const POSTS = 100_000
const SHOWN = 2_000
const ONE_IN = 100
const READS_ALONE = 400
const READ_EVERY_MS = 20
const MOST_BLOCKED_MS = 50
const MEBIBYTE = 1_048_576

export async function pruneLoad(bench: BenchHome): Promise<BenchResult[]> {
  await seedLibrary(bench.sql, POSTS)
  const keptIds = await tieSome(bench)
  const alone: number[] = []
  for (let count = 0; count < READS_ALONE; count += 1) alone.push(await readTimeline(bench))
  const { begunAtMs, sizeBefore, mayGo } = await beginCleanUp(bench)
  const beside: number[] = []
  let waits = 0
  while (await isRunning(bench)) {
    const [reading, waiting] = await Promise.all([readTimeline(bench), waitingReaders(bench)])
    beside.push(reading)
    waits += waiting
    await delay(READ_EVERY_MS)
  }
  const seconds = (performance.now() - begunAtMs) / 1_000
  const { rows } = await bench.sql.query<{ posts: number; actors: number; kept: number; size: string }>(
    `select (removed ->> 'posts')::integer as posts, (removed ->> 'actors')::integer as actors,
            (select count(*)::integer from posts where id = any($1::bigint[])) as kept, bytes_after as size
       from clean_ups order by id desc limit 1`,
    [keptIds],
  )
  const done = rows[0] ?? { posts: 0, actors: 0, kept: 0, size: '0' }
  return [
    {
      workload: `clean-up of ${mayGo} of ${POSTS} posts`,
      figures: {
        'posts removed': { value: done.posts, unit: '', goal: { atLeast: mayGo } },
        'protected posts lost': { value: keptIds.length - done.kept, unit: '', goal: { atMost: 0 } },
        'people removed': { value: done.actors, unit: '' },
        'posts in a second': { value: done.posts / seconds, unit: '/s' },
        'size before': { value: sizeBefore / MEBIBYTE, unit: 'MB' },
        'size after': { value: Number(done.size) / MEBIBYTE, unit: 'MB' },
      },
    },
    { workload: 'home timeline alone', figures: { ...latencies(alone), most: most(alone) } },
    {
      workload: 'home timeline beside the clean-up',
      figures: {
        ...latencies(beside),
        most: most(beside),
        'seen waiting for a lock': { value: waits, unit: '', goal: { atMost: 0 } },
        'p99, more than alone': {
          value: quantile(beside, 0.99) - quantile(alone, 0.99),
          unit: 'ms',
          goal: { atMost: MOST_BLOCKED_MS },
        },
      },
    },
  ]
}

const most = (times: readonly number[]) => ({ value: Math.max(...times), unit: 'ms' }) as const

/** Bookmarks and a home timeline; the rows came when they were written. @returns ids of old posts that are tied */
async function tieSome({ sql }: BenchHome): Promise<string[]> {
  await sql.query('update posts set created_at = published_at where not is_local')
  await sql.query(
    `insert into timeline_entries (actor_id, post_id)
     select owner.id, shown.id
       from (select id from actors where is_local and not is_instance_actor limit 1) as owner,
            (select id from posts where not is_local order by id desc limit $1) as shown`,
    [SHOWN],
  )
  await sql.query(
    `insert into bookmarks (actor_id, post_id)
     select (select id from actors where is_local and not is_instance_actor limit 1), id
       from (select id, row_number() over (order by id) as place from posts where not is_local) as every
      where place % $1 = 0`,
    [ONE_IN],
  )
  await sql.query('vacuum analyze posts, bookmarks, timeline_entries')
  const { rows } = await sql.query<{ id: string }>('select post_id as id from bookmarks')
  return rows.map(({ id }) => id)
}

async function beginCleanUp({ owner, sql }: BenchHome) {
  const { rows } = await sql.query<{ count: number; size: string }>(
    `select count(*)::integer as count, pg_database_size(current_database()) as size from posts
      where not is_local and created_at < now() - interval '90 days'
        and not exists (select from bookmarks where post_id = posts.id)`,
  )
  const begunAtMs = performance.now()
  await owner.call('POST', '/api/homebird/v1/clean-up/run')
  return { begunAtMs, mayGo: rows[0]?.count ?? 0, sizeBefore: Number(rows[0]?.size ?? 0) }
}

async function isRunning({ sql }: BenchHome): Promise<boolean> {
  const { rows } = await sql.query('select from clean_ups where ended_at is null')
  return rows.length > 0
}

/** Statements of the server that wait for a lock at this moment. */
async function waitingReaders({ sql }: BenchHome): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    `select count(*)::integer as count from pg_stat_activity
      where wait_event_type = 'Lock' and application_name like 'homebird server%'`,
  )
  return rows[0]?.count ?? 0
}

async function readTimeline({ owner }: BenchHome): Promise<number> {
  const begunAtMs = performance.now()
  await owner.get('/api/v1/timelines/home?limit=20')
  return performance.now() - begunAtMs
}
