/** What apps, servers and readers ask of a home all day, the same requests whatever the size of its library. */
import { BENCH_DOMAIN, BENCH_HANDLE, type BenchHome, cpuBetween } from './bench-home.ts'
import { requestBytes, runLoad } from './http-load.ts'
import { type BenchResult, latencies, quantile, sizeWords } from './report.ts'
import type { Library } from './search-seed.ts'
import type { ReaderPlace, Seeded } from './seeded-home.ts'

const CONNECTIONS = 16
const ALONE_ROUNDS = 9
const ALONE_MS = 2_000

interface Ask {
  readonly name: string
  readonly path: string
  readonly times: number
  /** With the owner's token. */
  readonly signedIn: boolean
  readonly accept?: string
  readonly goals?: { readonly rate?: number; readonly p50Alone?: number }
}

/** @param posts  how many the library holds, for the name of the workload */
export async function measureApi(
  bench: BenchHome,
  { library, place }: Seeded,
  posts: number,
  share: number,
): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const ask of await asksOf(bench, library, place)) {
    console.error(`bench: ${ask.name}, ${posts} posts …`)
    results.push(await measure(bench, { ...ask, times: Math.ceil(ask.times * share) }, place.token, posts))
  }
  return results
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

/**
 * What one client waits that asks alone. Asked when what is asked often is compiled, and in rounds: where an answer takes a tenth
 * of a millisecond, a single round is over in the time of anything else that the machine does.
 */
async function aloneOf(round: () => Promise<readonly number[]>): Promise<number> {
  const begin = performance.now()
  const rounds: number[] = []
  while (rounds.length < 1 || (rounds.length < ALONE_ROUNDS && performance.now() - begin < ALONE_MS)) {
    rounds.push(quantile(await round(), 0.5))
  }
  return quantile(rounds, 0.5)
}

async function measure(bench: BenchHome, ask: Ask, token: string, posts: number): Promise<BenchResult> {
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
  const [usage, statements] = [await bench.usage(), await bench.statements()]
  const load = await run(ask.times, CONNECTIONS)
  const spent = cpuBetween(usage, await bench.usage())
  const sent = (await bench.statements()) - statements
  const { p50, p99 } = latencies(load.latenciesMs)
  const alone = await aloneOf(async () => (await run(Math.max(50, ask.times / 20), 1)).latenciesMs)
  const atLeast = ask.goals?.rate
  return {
    workload: `${ask.name} ${sizeWords(posts)}`,
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
}
