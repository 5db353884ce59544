/** Reads finds of a thread: one at a time of each server, none of a server that is silent or was asked much already. */
import type { ThreadFind } from '../../domain/threads/thread-finds.ts'
import type { DocumentFailure } from '../remote-documents.ts'
import type { FetchBudget } from '../fetch-budget.ts'
import type { HostBudget } from '../host-budget.ts'
import type { ThreadParts } from './thread-parts.ts'
import { threadPage } from './thread-page.ts'
import type { Reading } from './thread-reading.ts'

/** Documents that a server gives no answer to, one after the other, before it is left alone for the attempt. */
const MOST_FAILURES = 2

export class FindReader {
  /** Hosts that are left alone, with the reason. */
  readonly silent = new Map<string, string>()
  readonly #parts: Pick<ThreadParts, 'home' | 'dereferencer' | 'collections'>
  readonly #budget: FetchBudget
  readonly #hosts: HostBudget
  /** Milliseconds until they may be asked again. */
  readonly #busy = new Map<string, number>()
  readonly #failures = new Map<string, number>()

  constructor(
    parts: Pick<ThreadParts, 'home' | 'dereferencer' | 'collections'>,
    budget: FetchBudget,
    hosts: HostBudget,
  ) {
    this.#parts = parts
    this.#budget = budget
    this.#hosts = hosts
  }

  hostsLeftAlone(): string[] {
    return [...this.silent.keys(), ...this.#busy.keys()]
  }

  /** Leaves hosts alone that others have found silent. */
  avoid(hosts: readonly string[]): void {
    for (const host of hosts) this.silent.set(host, `${host} has been silent and is asked again later`)
  }

  /** Until a host that was asked much may be asked again; 0 where there is none. */
  busySeconds(): number {
    return this.#busy.size === 0 ? 0 : Math.min(...this.#busy.values()) / 1_000
  }

  async readAll(finds: readonly ThreadFind[]): Promise<Reading[]> {
    const lanes = Map.groupBy(finds, ({ host }) => host)
    const read = await Promise.all(
      [...lanes.values()].map(async (lane) => {
        const readings: Reading[] = []
        for (const find of lane) readings.push(await this.#read(find))
        return readings
      }),
    )
    return read.flat()
  }

  async #read(find: ThreadFind): Promise<Reading> {
    const { host, uri } = find
    if (this.#parts.home.isBlockedDomain(host)) return { kind: 'refused', find, reason: `${host} is blocked` }
    if (this.silent.has(host) || this.#busy.has(host) || this.#budget.isSpent) return { kind: 'left', find }
    if (this.#budget.hasTaken(uri)) return { kind: 'refused', find, reason: 'it was read already' }
    if (find.kind === 'page' && this.#budget.pagesLeft <= 0) return { kind: 'left', find }
    const waitMs = this.#hosts.take(host)
    if (waitMs > 0) {
      this.#busy.set(host, waitMs)
      return { kind: 'left', find }
    }
    return find.kind === 'page' ? this.#readPage(find) : this.#readPost(find)
  }

  async #readPage(find: ThreadFind): Promise<Reading> {
    this.#budget.takePage()
    const read = await this.#parts.collections.look(find.uri, find.uri, this.#budget)
    if (read.outcome === 'spent') return { kind: 'left', find }
    if (read.outcome !== 'found') return this.#failed(find, read)
    this.#failures.delete(find.host)
    return { kind: 'page', find, page: threadPage(read.facts, find.uri) }
  }

  async #readPost(find: ThreadFind): Promise<Reading> {
    const read = await this.#parts.dereferencer.readPostDocument(find.uri, this.#budget)
    if (read.outcome !== 'found') return this.#failed(find, read)
    this.#failures.delete(find.host)
    return { kind: 'post', find, facts: read.facts, document: read.document }
  }

  #failed(find: ThreadFind, failure: DocumentFailure): Reading {
    if (failure.outcome !== 'unavailable') {
      // The budget may have ended between a post and its author.
      if (failure.outcome === 'refused' && this.#budget.isSpent) return { kind: 'left', find }
      this.#failures.delete(find.host)
      const reason = failure.outcome === 'gone' ? `${find.uri} is gone` : `${find.uri}: ${failure.reason}`
      return { kind: 'refused', find, reason }
    }
    const failures = (this.#failures.get(find.host) ?? 0) + 1
    this.#failures.set(find.host, failures)
    if (failures >= MOST_FAILURES) this.silent.set(find.host, failure.reason)
    return { kind: 'unavailable', find, reason: `${find.uri}: ${failure.reason}` }
  }
}
