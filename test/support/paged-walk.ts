/** Walks through paged lists by their Link headers, while things come and go, and says what must hold for what was read. */
import assert from 'node:assert/strict'
import type { ApiClient } from './api-home.ts'
import type { Json } from './http-client.ts'
import { linksOf } from './links.ts'

/** Numbers from 0 to 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export type Random = () => number
/** A walk up ends, however much comes. */
const MOST_ARRIVALS = 24
export const below = (random: Random, bound: number): number => Math.floor(random() * bound)

export interface PagedList {
  readonly path: string
  /** @returns how the answer names the new item */
  add(): Promise<string>
  remove(key: string): Promise<void>
  readonly keyOf?: (item: Json) => string
  readonly itemsOf?: (answer: Json) => Iterable<Json>
  /** Where the newest is not the first: puts keys into the order of the list. */
  order?(keys: readonly string[]): string[]
}

/** A list with what is in it, as the test knows. */
class Watched {
  readonly list: PagedList
  readonly random: Random
  readonly #app: ApiClient
  /** In the order in which they came. */
  readonly arrivals: string[] = []
  readonly #present = new Set<string>()

  constructor(app: ApiClient, list: PagedList, random: Random) {
    this.#app = app
    this.list = list
    this.random = random
  }

  /** From the first item of the list to its last. */
  present(): string[] {
    const keys = this.arrivals.filter((key) => this.#present.has(key))
    return this.list.order?.(keys) ?? keys.toReversed()
  }

  /** What is there of what came after an item. */
  newerThan(key: string): string[] {
    if (this.list.order !== undefined) return []
    const place = this.arrivals.indexOf(key)
    return this.present().filter((one) => this.arrivals.indexOf(one) > place)
  }

  async clear(): Promise<void> {
    for (const key of this.present()) await this.remove(key)
  }

  async add(): Promise<void> {
    const key = await this.list.add()
    this.arrivals.push(key)
    this.#present.add(key)
  }

  async removeOne(): Promise<void> {
    const keys = this.present()
    const key = keys[below(this.random, keys.length)]
    if (key !== undefined) await this.remove(key)
  }

  async remove(key: string): Promise<void> {
    this.#present.delete(key)
    await this.list.remove(key)
  }

  /** Things come and go. */
  async stir(): Promise<void> {
    for (let count = below(this.random, 3); count > 0; count -= 1) await this.add()
    if (this.random() < 0.5) await this.removeOne()
  }

  async page(path: string): Promise<{ keys: string[]; next: string | null; prev: string | null }> {
    const answer = await this.#app.ask(path)
    assert.equal(answer.status, 200, `${path}: ${answer.text()}`)
    const { keyOf = (item) => String(item['id']), itemsOf = (json) => json } = this.list
    const links = linksOf(answer.headers.link)
    const target = (relation: string): string | null => {
      const url = links[relation]
      return url === undefined ? null : `${url.pathname}${url.search}`
    }
    return {
      // Other lists leave some of their things in this one.
      keys: [...itemsOf(answer.json())].map(keyOf).filter((key) => this.arrivals.includes(key)),
      next: target('next'),
      prev: target('prev'),
    }
  }

  get start(): string {
    const { path } = this.list
    return `${path}${path.includes('?') ? '&' : '?'}limit=${1 + below(this.random, 6)}`
  }
}

/** All keys once, in the order of the list, and all those that were there the whole time. */
function assertRead(
  watched: Watched,
  read: readonly string[],
  stayed: readonly string[],
  what: string,
): void {
  assert.equal(new Set(read).size, read.length, `${what}: nothing twice`)
  const order =
    watched.list.order?.(read) ?? watched.arrivals.filter((key) => read.includes(key)).toReversed()
  assert.deepEqual(read, order, `${what}: in order`)
  const seen = new Set(read)
  assert.deepEqual(
    stayed.filter((key) => !seen.has(key)),
    [],
    `${what}: nothing left out`,
  )
}

interface Walk {
  readonly read: readonly string[]
  /** Leads to what is newer than the first page. */
  readonly prevOfFirst: string | null
  /** Of the last page that holds something. */
  readonly prevOfLast: string | null
  readonly last: readonly string[]
}

async function walkDown(watched: Watched, stirs: boolean): Promise<Walk> {
  const before = new Set(watched.present())
  const read: string[] = []
  let [prevOfFirst, prevOfLast]: Array<string | null> = [null, null]
  let last: readonly string[] = []
  for (let path: string | null = watched.start; path !== null;) {
    const page = await watched.page(path)
    read.push(...page.keys)
    prevOfFirst ??= page.prev
    if (page.prev !== null) [prevOfLast, last] = [page.prev, page.keys]
    path = page.next
    if (stirs && path !== null) await watched.stir()
  }
  const stayed = watched.present().filter((key) => before.has(key))
  assertRead(watched, read, stayed, 'down')
  return { read, prevOfFirst: prevOfFirst ?? null, prevOfLast: prevOfLast ?? null, last }
}

/** @returns from the first to the last, as a walk down would read it */
async function walkUp(watched: Watched, start: string | null, stirs: boolean): Promise<string[]> {
  const read: string[] = []
  for (let path = start; path !== null;) {
    const page = await watched.page(path)
    read.unshift(...page.keys)
    path = page.prev
    if (stirs && path !== null && watched.arrivals.length < MOST_ARRIVALS) await watched.stir()
  }
  return read
}

/** Walks a list in every way that its links offer, while things come and go. */
export async function walk(app: ApiClient, list: PagedList, seed: number): Promise<void> {
  const watched = new Watched(app, list, randomFrom(seed))
  for (let count = 6 + below(watched.random, 4); count > 0; count -= 1) await watched.add()
  const down = await walkDown(watched, true)
  assert.ok(down.prevOfFirst !== null, 'a page that holds something leads to what is newer')
  const newer = await walkUp(watched, down.prevOfFirst, true)
  assertRead(watched, newer, watched.newerThan(down.read[0] ?? ''), 'up from the first page')
  assert.ok(!newer.includes(down.read[0] ?? ''), 'nothing of the first page')
  // A gap is closed from both sides.
  const still = await walkDown(watched, false)
  const up = await walkUp(watched, still.prevOfLast, false)
  assert.deepEqual([...up, ...still.last], watched.present(), 'up from the last page')
  await watched.clear()
  assert.deepEqual((await walkDown(watched, false)).read, [])
}
