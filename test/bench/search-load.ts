/** Searches in a large library, as apps send them: every kind of query alone, one after the other. */
import { type BenchHome, cpuBetween } from './bench-home.ts'
import { type BenchResult, latencies, quantile, sizeWords } from './report.ts'
import type { Bench } from './scale.ts'
import { type Library, chance, seedCrowd } from './search-seed.ts'

const CROWD = 100_000
const QUERIES = 30
const GOAL_MS = 100

type Kind = (dice: Dice) => string

/** Chooses words by how frequent they are, and phrases that somebody wrote. */
class Dice {
  readonly #library: Library
  readonly #random = chance(2)

  constructor(library: Library) {
    this.#library = library
  }

  /** A word of a rank between these; the hundred most frequent are in every tenth post at least. */
  word(from: number, until: number): string {
    return this.#library.words[from + Math.floor(this.#random() * (until - from))] ?? ''
  }

  phrase(length: number): string {
    const { samples } = this.#library
    const words = (samples[Math.floor(this.#random() * samples.length)] ?? '').split(' ')
    const start = Math.floor(this.#random() * Math.max(1, words.length - length))
    return `"${words.slice(start, start + length).join(' ')}"`
  }

  author(): string {
    return `@reader${1 + Math.floor(2_000 * this.#random() ** 3)}@library.bench.example`
  }
}

const POST_QUERIES: Readonly<Record<string, Kind>> = {
  'a word in most posts': (dice) => `${dice.word(0, 5)} `,
  'a word in 1 of 100': (dice) => `${dice.word(100, 2_000)} `,
  'a rare word': (dice) => `${dice.word(20_000, 90_000)} `,
  'no such word': () => 'xyzzyplugh ',
  'two words': (dice) => `${dice.word(0, 50)} ${dice.word(50, 1_000)} `,
  'three words': (dice) => `${dice.word(0, 30)} ${dice.word(30, 300)} ${dice.word(300, 5_000)} `,
  'frequent and rare': (dice) => `${dice.word(0, 5)} ${dice.word(20_000, 90_000)} `,
  'a phrase of 2': (dice) => dice.phrase(2),
  'a phrase of 3': (dice) => dice.phrase(3),
  'a phrase of 5': (dice) => dice.phrase(5),
  'a word begun': (dice) => dice.word(20_000, 90_000).slice(0, -1),
  'a word and one begun': (dice) => `${dice.word(0, 30)} ${dice.word(20_000, 90_000).slice(0, -1)}`,
  'a star': (dice) => `${dice.word(5_000, 90_000).slice(0, 5)}*`,
  'without a word': (dice) => `${dice.word(100, 3_000)} -${dice.word(0, 5)} `,
  'by somebody': (dice) => `from:${dice.author()} ${dice.word(0, 100)} `,
  'with an image': (dice) => `has:image ${dice.word(200, 5_000)} `,
  'three operators': (dice) => `language:de is:reply has:image ${dice.word(0, 500)} `,
  'in a year': (dice) => `${dice.word(10, 3_000)} during:2025`,
  'in my library': (dice) => `in:library ${dice.word(0, 100)} `,
}

const NAME_QUERIES: Readonly<Record<string, Kind>> = {
  'two letters of a name': (dice) => dice.word(0, 90_000).slice(0, 2),
  'four letters of a name': (dice) => dice.word(500, 90_000).slice(0, 4),
  'a handle': (dice) => dice.author(),
}

export async function searchLoad(
  bench: BenchHome,
  library: Library,
  { scale, hasTime }: Pick<Bench, 'scale' | 'hasTime'>,
): Promise<BenchResult[]> {
  await seedCrowd(bench.sql, library, Math.ceil(CROWD * scale.share))
  const dice = new Dice(library)
  const searches = { bench, dice, hasTime }
  const posts = await searchesOf(searches, POST_QUERIES, '/api/v2/search?type=statuses&limit=20&q=')
  const names = await searchesOf(searches, NAME_QUERIES, '/api/v1/accounts/search?limit=10&q=')
  return [
    ...posts.map(({ name, ...measured }) => resultOf(`search: ${name}`, measured)),
    ...names.map(({ name, ...measured }) => resultOf(`names: ${name}`, measured)),
    resultOf(`search ${sizeWords(scale.posts[1])}, all kinds`, {
      times: posts.flatMap(({ times }) => times),
      cpuMs: posts.reduce((sum, { cpuMs }) => sum + cpuMs / posts.length, 0),
    }),
  ]
}

interface Measured {
  readonly times: readonly number[]
  /** Of one search, all processes together: on a machine that does other things too it says more than the time. */
  readonly cpuMs: number
}

interface Searches {
  readonly bench: BenchHome
  readonly dice: Dice
  readonly hasTime: () => boolean
}

async function searchesOf(
  { bench, dice, hasTime }: Searches,
  kinds: Readonly<Record<string, Kind>>,
  path: string,
): Promise<Array<Measured & { readonly name: string }>> {
  const all: Array<Measured & { readonly name: string }> = []
  for (const [name, kind] of Object.entries(kinds)) {
    if (!hasTime()) break
    // The first opens what the kind needs; nobody waits for it twice.
    await timeOf(bench, path, kind(dice))
    const usage = await bench.usage()
    const times: number[] = []
    for (let count = 0; count < QUERIES; count += 1) times.push(await timeOf(bench, path, kind(dice)))
    const { app, database } = cpuBetween(usage, await bench.usage())
    all.push({ name, times, cpuMs: (app + database) / QUERIES })
  }
  return all
}

async function timeOf(bench: BenchHome, path: string, query: string): Promise<number> {
  const begin = performance.now()
  await bench.owner.get(`${path}${encodeURIComponent(query)}`)
  return performance.now() - begin
}

function resultOf(workload: string, { times, cpuMs }: Measured): BenchResult {
  const { p50, p99 } = latencies(times)
  const p95 = { value: quantile(times, 0.95), unit: 'ms', goal: { atMost: GOAL_MS } } as const
  return { workload, figures: { p50, p95, p99, 'CPU each': { value: cpuMs, unit: 'ms CPU' } } }
}
