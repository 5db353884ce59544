/**
 * What apps, servers and readers ask of a home all day, on a small library and on one a hundred times as large: the
 * same requests at the same rate, and how much slower the large one is.
 */
import { setTimeout } from 'node:timers/promises'
import type pg from 'pg'
import { hashSecret, newSecret } from '../../server/domain/oauth/secrets.ts'
import { BENCH_DOMAIN, BENCH_HANDLE, type BenchHome, cpuBetween } from './bench-home.ts'
import { requestBytes, runLoad } from './http-load.ts'
import { type BenchResult, type Figure, latencies, quantile } from './report.ts'
import { type Library, seedLibrary } from './search-seed.ts'

/** How many posts each library holds; HOMEBIRD_BENCH_SIZES names others, as in `1000,100000`. */
export const API_SIZES = (process.env['HOMEBIRD_BENCH_SIZES'] ?? '10000,1000000').split(',').map(Number)
const CONNECTIONS = 16
/** Followed are those who write most; they wrote the greater part of what there is. */
const FOLLOWED = 200
const OWN_POSTS = 400
const REPLIES = 500
/** One notification for this many posts. */
const PER_NOTIFICATION = 20
const MOST_RATIO = 1.3

interface Ask {
  readonly name: string
  readonly path: string
  readonly times: number
  /** With the owner's token. */
  readonly signedIn: boolean
  readonly accept?: string
  readonly goals?: { readonly rate?: number; readonly p50Alone?: number }
}

/** Median and 99th percentile in ms at sixteen connections, and the median of one client alone. */
interface Measured {
  readonly p50: number
  readonly p99: number
  readonly alone: number
}

/** The measures by name, to be set beside those of another size. */
export type Measures = ReadonlyMap<string, Measured>

/** @param posts  how many the library holds */
export async function measureApi(
  bench: BenchHome,
  posts: number,
): Promise<{ results: BenchResult[]; measures: Measures }> {
  const library = await seedLibrary(bench.sql, posts)
  const place = await seedReader(bench.sql, library)
  await bench.sql.query('vacuum analyze')
  await bench.sql.query('checkpoint')
  await settled(bench)
  const results: BenchResult[] = []
  const measures = new Map<string, Measured>()
  for (const ask of await asksOf(bench, library, place)) {
    console.error(`bench: api ${ask.name}, ${posts} posts …`)
    const { result, measured } = await measure(bench, ask, place.token, posts)
    results.push(result)
    measures.set(ask.name, measured)
  }
  return { results, measures }
}

/** Of one second, with the home left alone. */
const IDLE_CPU_MS = 30
const SETTLES_WITHIN_SECONDS = 180

/** What was poured in keeps worker and autovacuum busy for a while: that is no part of what a request costs. */
async function settled(bench: BenchHome): Promise<void> {
  let quiet = 0
  for (let seconds = 0; quiet < 3 && seconds < SETTLES_WITHIN_SECONDS; seconds += 1) {
    const usage = await bench.usage()
    await setTimeout(1_000)
    const { app, database } = cpuBetween(usage, await bench.usage())
    quiet = app + database < IDLE_CPU_MS ? quiet + 1 : 0
  }
}

/** How many times slower the large library is, each figure on its own. */
export function ratios(small: Measures, large: Measures): BenchResult[] {
  return [...large].map(([name, { alone, p50, p99 }]) => {
    const base = small.get(name)
    const ratio = (value: number, of = Number.NaN): Figure => ({ value: value / of, unit: '' })
    const goal = { atMost: MOST_RATIO }
    return {
      workload: `api ${name}: growth`,
      figures: {
        alone: { ...ratio(alone, base?.alone), goal },
        p50: { ...ratio(p50, base?.p50), goal },
        p99: ratio(p99, base?.p99),
      },
    }
  })
}

interface ReaderPlace {
  readonly token: string
  readonly threadId: string
  readonly authorId: string
}

/** The owner among them: whom they follow, what they wrote, a long thread, and what they were told. */
async function seedReader(sql: pg.Client, library: Library): Promise<ReaderPlace> {
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

async function asksOf(bench: BenchHome, library: Library, place: ReaderPlace): Promise<readonly Ask[]> {
  const own = await bench.owner.writes('a post that is read often')
  const webFinger = `/.well-known/webfinger?resource=acct:${BENCH_HANDLE}@${BENCH_DOMAIN}`
  const links = [...((await bench.home.ask(webFinger)).json()['links'] ?? [])]
  const actor = new URL(String(links.find((link) => String(link['rel']) === 'self')?.['href'])).pathname
  const activity = 'application/activity+json'
  const rare = library.words[5_000] ?? ''
  return [
    {
      name: 'home timeline',
      path: '/api/v1/timelines/home',
      times: 3_000,
      signedIn: true,
      goals: { rate: 600, p50Alone: 5 },
    },
    { name: 'notifications', path: '/api/v1/notifications', times: 2_000, signedIn: true },
    { name: 'grouped notifications', path: '/api/v2/notifications', times: 1_000, signedIn: true },
    {
      name: 'context of 500 replies',
      path: `/api/v1/statuses/${place.threadId}/context`,
      times: 200,
      signedIn: true,
    },
    { name: 'search', path: `/api/v2/search?q=${rare}`, times: 1_000, signedIn: true },
    {
      name: 'account statuses',
      path: `/api/v1/accounts/${place.authorId}/statuses`,
      times: 2_000,
      signedIn: true,
    },
    { name: 'instance', path: '/api/v2/instance', times: 4_000, signedIn: false },
    { name: 'WebFinger', path: webFinger, times: 10_000, signedIn: false, goals: { rate: 8_000 } },
    { name: 'actor', path: actor, times: 10_000, signedIn: false, accept: activity, goals: { rate: 8_000 } },
    {
      name: 'post',
      path: new URL(String(own['uri'])).pathname,
      times: 10_000,
      signedIn: false,
      accept: activity,
      goals: { rate: 8_000 },
    },
    {
      name: 'profile page',
      path: `/@${BENCH_HANDLE}`,
      times: 4_000,
      signedIn: false,
      accept: 'text/html',
      goals: { rate: 1_500 },
    },
  ]
}

async function measure(
  bench: BenchHome,
  ask: Ask,
  token: string,
  posts: number,
): Promise<{ result: BenchResult; measured: Measured }> {
  const request = requestBytes('GET', ask.path, {
    host: BENCH_DOMAIN,
    accept: ask.accept ?? 'application/json',
    ...(ask.signedIn ? { authorization: `Bearer ${token}` } : {}),
  })
  const run = async (times: number, connections: number) =>
    runLoad(
      bench.home.publicPort,
      Array.from({ length: times }, () => request),
      connections,
    )
  await run(Math.min(200, ask.times), CONNECTIONS)
  const alone = quantile((await run(Math.max(50, ask.times / 20), 1)).latenciesMs, 0.5)
  const [usage, statements] = [await bench.usage(), await bench.statements()]
  const load = await run(ask.times, CONNECTIONS)
  const spent = cpuBetween(usage, await bench.usage())
  const sent = (await bench.statements()) - statements
  const { p50, p99 } = latencies(load.latenciesMs)
  const atLeast = ask.goals?.rate
  const result: BenchResult = {
    workload: `api ${ask.name} (${posts.toLocaleString('en')} posts)`,
    figures: {
      good: { value: load.statuses.get(200) ?? 0, unit: '', goal: { atLeast: ask.times } },
      rate: { value: load.rate, unit: '/s', ...(atLeast === undefined ? {} : { goal: { atLeast } }) },
      p50,
      p99,
      'p50 alone': {
        value: alone,
        unit: 'ms',
        ...(ask.goals?.p50Alone === undefined ? {} : { goal: { atMost: ask.goals.p50Alone } }),
      },
      'CPU each': { value: (spent.app + spent.database) / ask.times, unit: 'ms CPU' },
      statements: {
        value: sent / ask.times,
        unit: 'statements',
        ...(ask.signedIn ? { goal: { atMost: 8 } } : {}),
      },
    },
  }
  return { result, measured: { p50: p50.value, p99: p99.value, alone } }
}
