/**
 * Reads collections of other servers page by page, within a budget. What a page holds is as good as what its host says of
 * itself: a page that lies elsewhere than its owner is not read.
 */
import { sameOrigin } from '../net/origin.ts'
import type { FetchBudget } from './fetch-budget.ts'
import { type CollectionFacts, type CollectionPageFacts, parseCollection } from './parse-collection.ts'
import type { DocumentFailure, DocumentOutcome, RemoteDocuments } from './remote-documents.ts'

export interface FoundPage {
  readonly outcome: 'found'
  readonly page: CollectionPageFacts
  /** Told with the beginning of a collection. */
  readonly totalItems: number | null
  /** There is something, and it is not shown. */
  readonly isHidden: boolean
}

/** `spent`: the budget is used up, or the address was read for it already. */
export type PageReading = FoundPage | DocumentFailure | { readonly outcome: 'spent' }

const EMPTY: CollectionPageFacts = { items: [], nextUri: null }

export class RemoteCollections {
  readonly #documents: Pick<RemoteDocuments, 'read'>

  constructor(documents: Pick<RemoteDocuments, 'read'>) {
    this.#documents = documents
  }

  /** The beginning of a collection: its number and its first page. */
  async open(uri: string, ownerUri: string, budget: FetchBudget): Promise<PageReading> {
    const opened = await this.#read(uri, ownerUri, budget)
    if (opened.outcome !== 'found') return opened
    const facts = parseCollection(opened.document)
    if (facts === null) return notOne(uri)
    const { totalItems, firstUri } = facts
    if (firstUri === null) {
      const isHidden = facts.page === null && totalItems !== 0
      return { outcome: 'found', page: facts.page ?? EMPTY, totalItems, isHidden }
    }
    const first = await this.page(firstUri, ownerUri, budget)
    return first.outcome === 'found' ? { ...first, totalItems: totalItems ?? first.totalItems } : first
  }

  /** A page by its address, which a collection or an earlier page named. */
  async page(uri: string, ownerUri: string, budget: FetchBudget): Promise<PageReading> {
    const read = await this.#read(uri, ownerUri, budget)
    if (read.outcome !== 'found') return read
    const facts = parseCollection(read.document)
    if (facts === null) return notOne(uri)
    return { outcome: 'found', page: facts.page ?? EMPTY, totalItems: facts.totalItems, isHidden: false }
  }

  /** A collection or a page, as it is: for those who go from one document to the next by themselves. */
  async look(
    uri: string,
    ownerUri: string,
    budget: FetchBudget,
  ): Promise<
    | { readonly outcome: 'found'; readonly facts: CollectionFacts }
    | DocumentFailure
    | { readonly outcome: 'spent' }
  > {
    const read = await this.#read(uri, ownerUri, budget)
    if (read.outcome !== 'found') return read
    const facts = parseCollection(read.document)
    return facts === null ? notOne(uri) : { outcome: 'found', facts }
  }

  /** What the collection counts, without its items. */
  async count(uri: string, ownerUri: string, budget: FetchBudget): Promise<number | null> {
    const read = await this.#read(uri, ownerUri, budget)
    return read.outcome === 'found' ? (parseCollection(read.document)?.totalItems ?? null) : null
  }

  async #read(
    uri: string,
    ownerUri: string,
    budget: FetchBudget,
  ): Promise<DocumentOutcome | { readonly outcome: 'spent' }> {
    const isElsewhere = { outcome: 'refused', reason: `${uri} is not on the origin of ${ownerUri}` } as const
    if (!sameOrigin(uri, ownerUri)) return isElsewhere
    if (!budget.take(uri)) return { outcome: 'spent' }
    // Not every server gives its pages the ids by which they are asked for; where they came from is what counts. When a
    // server that failed is asked again is for Stator to say.
    const options = { totalMs: budget.leftMs, anyId: true, isFresh: true }
    const read = await this.#documents.read(uri, options)
    return read.outcome === 'found' && !sameOrigin(read.finalUrl, ownerUri) ? isElsewhere : read
  }
}

function notOne(uri: string): DocumentFailure {
  return { outcome: 'refused', reason: `${uri} is no collection` }
}
