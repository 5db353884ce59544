/** One attempt at a thread, within one fetch budget (rule 32): waves of a few documents, each stored before the next. */
import type { Row } from '../../db/tables.ts'
import { inTransaction } from '../../db/transaction.ts'
import { findPostReferences } from '../../domain/posts/find-remote.ts'
import {
  type NewFind,
  type SettledFind,
  type ThreadFind,
  addFinds,
  closeFinds,
  countOpenFinds,
  findBlockedAuthors,
  findInThread,
  listEdges,
  listOpenFinds,
  listSilentHosts,
  postponeFinds,
  postponeHosts,
  settleFinds,
} from '../../domain/threads/thread-finds.ts'
import { addGain, findThread, noteRemaining } from '../../domain/threads/thread-progress.ts'
import { addTaggedToTimelines, addToTimelines } from '../../domain/timelines/add-to-timelines.ts'
import { findRemoteUrl } from '../../net/origin.ts'
import { FetchBudget } from '../fetch-budget.ts'
import type { HostBudget } from '../host-budget.ts'
import type { AttemptEnd, ThreadParts } from './thread-parts.ts'
import { FindReader } from './read-find.ts'
import { type ThreadPage, embeddedReplies } from './thread-page.ts'
import { type Reading, type ReadPage, type ReadPost, judgePosts } from './thread-reading.ts'

/** Documents that are read together, those of one server one after the other. */
const WAVE = 8
/** Between two attempts, so that no thread keeps other servers busy. */
const PACE_SECONDS = 5
/** Documents for a beginning that nobody looks at: anybody can have it read, with one post, so it is worth one budget. */
const MOST_UNSEEN = 50

type Thread = Row<'thread_fetches'>

export class ThreadAttempt {
  readonly #parts: ThreadParts
  readonly #threadId: string
  readonly #budget: FetchBudget
  readonly #reader: FindReader
  #ancestorsRead = 0
  #lastError: string | null = null

  constructor(parts: ThreadParts, hosts: HostBudget, threadId: string) {
    this.#parts = parts
    this.#threadId = threadId
    this.#budget = new FetchBudget(parts.clock)
    this.#reader = new FindReader(parts, this.#budget, hosts)
  }

  async run(signal: AbortSignal): Promise<AttemptEnd> {
    let thread = await this.#load()
    while (thread !== undefined && !signal.aborted && !this.#budget.isSpent) {
      const wave = await this.#nextWave(thread)
      if (wave.length === 0) break
      await this.#readWave(thread, wave)
      thread = await this.#load()
    }
    return this.#end(thread, signal)
  }

  /** The row as it is now, with everything noted where its thread can grow. */
  async #load(): Promise<Thread | undefined> {
    const { db, limits } = this.#parts
    const thread = await findThread(db, this.#threadId)
    if (thread === undefined) return undefined
    const edges = await listEdges(db, thread.conversation_id, thread.with_replies)
    await this.#note(edges)
    const isFull = thread.items_listed >= limits.maxItems || thread.pages_read >= limits.maxPages
    if (isFull) await closeFinds(db, thread.id, ['page'], 'this run has listed enough')
    const isEnough = thread.with_replies
      ? thread.documents_read >= 2 * limits.maxItems + limits.maxPages
      : thread.posts_stored >= this.#budget.ancestors || thread.documents_read >= MOST_UNSEEN
    if (isEnough) await closeFinds(db, thread.id, ['parent', 'post', 'page'], 'enough was read')
    return thread
  }

  async #note(finds: ReadonlyArray<Omit<NewFind, 'host'>>): Promise<void> {
    const { db, home } = this.#parts
    const known = finds.flatMap((find) => {
      const url = findRemoteUrl(find.uri)
      if (url === undefined || home.isOwnHost(url.host) || home.isBlockedDomain(url.host)) return []
      // Pages are known by their address, posts by the id that is written in others.
      return [{ ...find, uri: find.kind === 'page' ? url.href : find.uri, host: url.host }]
    })
    await addFinds(db, this.#threadId, known)
  }

  /** Parents go first, and alone: what they answer is to be read before what answers them. */
  async #nextWave(thread: Thread): Promise<ThreadFind[]> {
    const { db } = this.#parts
    const arePagesOpen = this.#budget.pagesLeft > 0 && this.#room(thread) > 0
    const kinds = arePagesOpen ? (['parent', 'post', 'page'] as const) : (['parent', 'post'] as const)
    const except = this.#reader.hostsLeftAlone()
    const found = await listOpenFinds(db, this.#threadId, { kinds, except, limit: WAVE })
    const parents = found.filter(({ kind }) => kind === 'parent')
    if (parents.length === 0) return found
    return parents.slice(0, this.#budget.ancestors - this.#ancestorsRead)
  }

  /** Items that may still be listed now. */
  #room(thread: Thread): number {
    return Math.min(this.#budget.itemsLeft, this.#parts.limits.maxItems - thread.items_listed)
  }

  async #readWave(thread: Thread, wave: readonly ThreadFind[]): Promise<void> {
    const { db } = this.#parts
    const stored = await findPostReferences(
      db,
      wave.filter(({ kind }) => kind !== 'page').map(({ uri }) => uri),
    )
    const unknown = wave.filter(({ uri }) => !stored.has(uri))
    this.#reader.avoid(await listSilentHosts(db, [...new Set(unknown.map(({ host }) => host))]))
    const before = this.#budget.documentsTaken
    const readings = await this.#reader.readAll(unknown)
    this.#ancestorsRead += readings.filter(
      ({ kind, find }) => kind !== 'left' && find.kind === 'parent',
    ).length
    const settled: SettledFind[] = [...stored.keys()].map((uri) => ({ uri, refusal: null }))
    for (const reading of readings) {
      if (reading.kind === 'refused') settled.push({ uri: reading.find.uri, refusal: reading.reason })
      if (reading.kind === 'refused' || reading.kind === 'unavailable') this.#lastError = reading.reason
    }
    const pages = readings.filter(isPage)
    const postsStored = await this.#storePosts(thread, readings.filter(isPost), settled)
    const itemsListed = await this.#list(thread, readings, settled)
    await postponeFinds(db, thread.id, readings.filter(isUnavailable))
    await settleFinds(db, thread.id, settled)
    const documentsRead = this.#budget.documentsTaken - before
    await addGain(db, thread.id, { postsStored, documentsRead, pagesRead: pages.length, itemsListed })
  }

  /** @returns how many posts are new */
  async #storePosts(thread: Thread, posts: readonly ReadPost[], settled: SettledFind[]): Promise<number> {
    if (posts.length === 0) return 0
    const { db, dereferencer, home } = this.#parts
    const parents = posts.flatMap(({ facts }) => facts.inReplyTo ?? [])
    const inThread = await findInThread(db, thread, parents)
    // What was read in this wave counts only if it is not refused itself.
    for (const { find } of posts) inThread.delete(find.uri)
    const authors = posts.map(({ facts }) => facts.actorUri)
    const blocked = await findBlockedAuthors(db, thread.actor_id, authors)
    const { accepted, refused } = judgePosts(posts, { inThread, blocked, home })
    settled.push(...refused, ...accepted.map(({ find }) => ({ uri: find.uri, refusal: null })))
    return inTransaction(db, async (tx) => {
      const { posts: stored, linkedIds } = await dereferencer.storePosts(
        tx,
        accepted.map(({ facts }) => facts),
      )
      // A reply that waited for one of these takes its place in the past; of the others only what has a followed hashtag is news.
      await addToTimelines(tx, linkedIds)
      await addTaggedToTimelines(
        tx,
        stored.map(({ id }) => id),
      )
      return stored.length
    })
  }

  /** Notes what pages list, and what the posts that were taken embed of their replies. @returns how many items were listed */
  async #list(thread: Thread, readings: readonly Reading[], settled: SettledFind[]): Promise<number> {
    if (!thread.with_replies) return 0
    const refused = new Set(settled.filter(({ refusal }) => refusal !== null).map(({ uri }) => uri))
    const room = this.#room(thread)
    let listed = 0
    for (const reading of readings) {
      if (reading.kind !== 'page' && (reading.kind !== 'post' || refused.has(reading.find.uri))) continue
      const { page, uri } = listingOf(reading)
      if (page === null) continue
      const items = page.items.slice(0, room - listed)
      listed += items.length
      const depth = reading.find.kind === 'parent' ? 0 : reading.find.depth
      await this.#note(items.map((item) => ({ uri: item, kind: 'post', depth: depth + 1 })))
      // A page of which something did not fit is read again when there is room.
      if (items.length < page.items.length || uri === null) continue
      const own = { uri, kind: 'page', depth } as const
      await this.#note(page.next === null ? [own] : [own, { uri: page.next, kind: 'page', depth }])
      settled.push({ uri, refusal: null })
    }
    this.#budget.takeItems(listed)
    return listed
  }

  async #end(thread: Thread | undefined, signal: AbortSignal): Promise<AttemptEnd> {
    if (thread === undefined) return { kind: 'done' }
    const { db, clock } = this.#parts
    await postponeHosts(db, thread.id, this.#reader.silent)
    const open = await countOpenFinds(db, thread.id)
    const isDone = open.count === 0
    await noteRemaining(db, thread.id, {
      remaining: open.count,
      lastError: this.#lastError,
      doneAt: isDone ? clock.now() : null,
    })
    if (isDone) return { kind: 'done' }
    const waitSeconds = Math.max(open.waitSeconds, this.#reader.busySeconds())
    return {
      kind: 'more',
      afterSeconds: signal.aborted ? 0 : Math.max(PACE_SECONDS, waitSeconds),
      reason: `${open.count} more to read`,
    }
  }
}

/** The page that a reading brings, under the address by which it is known. */
function listingOf(reading: ReadPost | ReadPage): { page: ThreadPage | null; uri: string | null } {
  if (reading.kind === 'page') return { page: reading.page, uri: reading.find.uri }
  const { facts, document } = reading
  const uri = findRemoteUrl(facts.replies.uri)?.href ?? null
  return { page: embeddedReplies(document, facts.uri), uri }
}

const isPost = (reading: Reading): reading is ReadPost => reading.kind === 'post'
const isPage = (reading: Reading): reading is ReadPage => reading.kind === 'page'

function isUnavailable(reading: Reading): reading is Extract<Reading, { kind: 'unavailable' }> {
  return reading.kind === 'unavailable'
}
