/**
 * Finds actors and posts by their ids, handles and pages: among what is stored first, then at their origin. What is
 * fetched is stored, with the authors and the ancestors that it needs.
 */
import type { Clock } from '../core/clock.ts'
import type { Database, Transaction } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { type Actor, findActorByHandle, findActorByUri, findActorReferences } from '../domain/actors/actor.ts'
import { isStale, refreshStaleActors } from '../domain/actors/actor-freshness.ts'
import { type UpsertOptions, upsertRemoteActors } from '../domain/actors/upsert-remote-actor.ts'
import { findByPageUrl, findPostByUri } from '../domain/posts/find-remote.ts'
import { type Ingested, ingestPosts } from '../domain/posts/ingest-posts.ts'
import { addTaggedToTimelines, addToTimelines } from '../domain/timelines/add-to-timelines.ts'
import { findRemoteUrl, sameOrigin } from '../net/origin.ts'
import { actorRecord } from './actor-record.ts'
import { blockedReference } from './blocked-reference.ts'
import { type ToldHandle, confirmHandleDomain, readWebfinger } from './confirm-handle.ts'
import { type BudgetLimits, FetchBudget } from './fetch-budget.ts'
import { type JsonObject, idOf, typeOf } from './json.ts'
import { parseActor } from './parse-actor.ts'
import { type PostFacts, parsePost } from './parse-object.ts'
import { findProofFault } from './proof-keys.ts'
import { actorUrisOf, postRecord, withMentionedActors } from './post-record.ts'
import { type QuoteAuthorizationFacts, parseQuoteAuthorization } from './quote-authorization.ts'
import {
  type DocumentFailure,
  type DocumentOutcome,
  RemoteDocuments,
  type RemoteParts,
} from './remote-documents.ts'
import { isActorKind, isPostKind } from './vocabulary.ts'
import { parseWebfingerResource } from './webfinger.ts'

export type Post = Row<'posts'>

export interface FindOptions {
  /** Reads an actor from its origin however fresh the stored row is. */
  readonly isFresh?: boolean
  readonly limits?: BudgetLimits
  /** Shared with other readings for the same trigger; goes before the limits. */
  readonly budget?: FetchBudget
  /** Why a post that was read is not to be stored, with whatever it replies to; null where it is. */
  readonly refusalOf?: (facts: PostFacts) => string | null
  /** How many quotes were followed to this post. */
  readonly quoteDepth?: number
}

export type Resolved =
  | { readonly kind: 'actor'; readonly actor: Actor }
  | { readonly kind: 'post'; readonly post: Post }

export type ActorReading = { readonly outcome: 'found'; readonly actor: Actor } | DocumentFailure
export type FactsReading = { readonly outcome: 'found'; readonly facts: PostFacts } | DocumentFailure
export type StampReading =
  | { readonly outcome: 'found'; readonly stamp: QuoteAuthorizationFacts }
  | DocumentFailure
export type PostReading = { readonly outcome: 'found'; readonly post: Post } | DocumentFailure
export type PostDocumentReading =
  | { readonly outcome: 'found'; readonly facts: PostFacts; readonly document: JsonObject }
  | DocumentFailure

/** Null everywhere means: not found, not allowed, or not reachable now. Nothing throws for what others do. */
export interface Dereferencer {
  /** A stored row that is stale is given at once and read again by the worker. */
  actorByUri(uri: string, options?: FindOptions): Promise<Actor | null>
  /** @param handle  `user@domain`, with or without a leading `@` or `acct:` */
  actorByHandle(handle: string, options?: FindOptions): Promise<Actor | null>
  /** As `actorByHandle`, telling why there is none. */
  readHandle(handle: string, options?: FindOptions): Promise<ActorReading>
  /** Ancestors are fetched and stored too, as far as the limits allow. */
  postByUri(uri: string, options?: FindOptions): Promise<Post | null>
  /** Whatever a person pastes: a handle, an id, the address of a page. */
  resolve(query: string): Promise<Resolved | null>
  /** As `actorByUri`, always from the origin, and telling why there is none. */
  readActor(uri: string, options?: UpsertOptions): Promise<ActorReading>
  /** As `postByUri`, telling why there is none. */
  readPost(uri: string, options?: FindOptions): Promise<PostReading>
  /** What the origin says of a post that is known, now; stored is nothing. @param authorUri  the stored author, who cannot change */
  readFacts(uri: string, authorUri: string): Promise<FactsReading>
  /** A post as its origin has it now, its author stored, the post itself not. */
  readPostDocument(uri: string, budget: FetchBudget): Promise<PostDocumentReading>
  /**
   * Stores posts that were read where their authors show them, on the authors' own origins; the authors are known.
   * Those that are known already stay as they are; those that answer or quote somebody blocked are left out.
   */
  storePosts(tx: Transaction, posts: readonly PostFacts[]): Promise<Ingested>
  /** What stands at an id, which it bears; nothing of it is stored. */
  readDocument(uri: string): Promise<DocumentOutcome>
  /** The stamp of a quote, from its origin; nothing is stored. */
  readQuoteAuthorization(uri: string): Promise<StampReading>
}

const STAMP_MS = 20_000

export function createDereferencer(parts: RemoteParts): Dereferencer {
  return new Finder(parts)
}

class Finder implements Dereferencer {
  readonly #db: Database
  readonly #clock: Clock
  readonly #parts: RemoteParts
  readonly #documents: RemoteDocuments
  /** Actors that are being read and stored: whoever else asks gets the same. */
  readonly #reading = new Map<string, Promise<ActorReading>>()

  constructor(parts: RemoteParts) {
    this.#db = parts.db
    this.#clock = parts.clock
    this.#parts = parts
    this.#documents = new RemoteDocuments(parts)
  }

  async actorByUri(uri: string, options: FindOptions = {}): Promise<Actor | null> {
    const budget = options.budget ?? new FetchBudget(this.#clock, options.limits)
    return this.#actor(uri, budget, options.isFresh === true)
  }

  async actorByHandle(handle: string, options: FindOptions = {}): Promise<Actor | null> {
    const reading = await this.readHandle(handle, options)
    return reading.outcome === 'found' ? reading.actor : null
  }

  async readHandle(handle: string, options: FindOptions = {}): Promise<ActorReading> {
    const refused = (reason: string) => ({ outcome: 'refused', reason }) as const
    const parsed = parseWebfingerResource(handle)
    if (parsed?.kind !== 'acct') return refused('it is no handle')
    const { username, host } = parsed
    const { home } = this.#parts
    if (home.isBlockedDomain(host)) return refused(`${host} is blocked`)
    const stored = await findActorByHandle(this.#db, username, host)
    const nobody = { outcome: 'missing', reason: `nobody at ${host} has this name` } as const
    if (home.isOwnHost(host)) return stored === undefined ? nobody : { outcome: 'found', actor: stored }
    if (stored !== undefined && stored.fetched_at !== null && options.isFresh !== true) {
      const fresh = await this.#fresh(stored)
      return fresh === null ? { outcome: 'gone' } : { outcome: 'found', actor: fresh }
    }
    const found = await readWebfinger(this.#documents, username, host)
    if (found.outcome !== 'found') return found.outcome === 'missing' ? nobody : found
    const { selfUri, subject } = found.facts
    if (selfUri === null) return nobody
    const told = { username, host, facts: found.facts }
    const reading = await this.#actorOfHandle(selfUri, options, told)
    // A domain that names an actor who does not name it has no say about that actor.
    const domains = [host, subject?.host]
    return reading.outcome !== 'found' || domains.includes(reading.actor.handle_domain)
      ? reading
      : refused(`${selfUri} does not name ${host}`)
  }

  async #actorOfHandle(uri: string, options: FindOptions, told: ToldHandle): Promise<ActorReading> {
    const stored = await findActorByUri(this.#db, uri)
    if (stored?.is_local === true) return { outcome: 'found', actor: stored }
    const budget = options.budget ?? new FetchBudget(this.#clock, options.limits)
    return budget.take(uri)
      ? this.#readActorOnce(uri, {}, told)
      : { outcome: 'refused', reason: 'enough was fetched' }
  }

  async postByUri(uri: string, options: FindOptions = {}): Promise<Post | null> {
    const found = await this.readPost(uri, options)
    return found.outcome === 'found' ? found.post : null
  }

  async resolve(query: string): Promise<Resolved | null> {
    const text = query.trim()
    const parsed = parseWebfingerResource(text)
    if (parsed === null) return null
    if (parsed.kind === 'acct') {
      const actor = await this.actorByHandle(text)
      return actor === null ? null : { kind: 'actor', actor }
    }
    const url = findRemoteUrl(parsed.uri)
    if (url === undefined || this.#parts.home.isBlockedDomain(url.host)) return null
    const stored = (await this.#stored(parsed.uri)) ?? (await this.#stored(url.href))
    if (stored !== null || this.#parts.home.isOwnHost(url.host)) return stored
    const found = await this.#documents.read(parsed.uri, { followAlternate: true, isFresh: true })
    return found.outcome === 'found' ? this.#resolved(found.document) : null
  }

  async readActor(uri: string, options: UpsertOptions = {}): Promise<ActorReading> {
    return this.#readActorOnce(uri, options, null)
  }

  async #readActorOnce(uri: string, options: UpsertOptions, told: ToldHandle | null): Promise<ActorReading> {
    const running = options.replacesKeys === true ? undefined : this.#reading.get(uri)
    if (running !== undefined) return running
    const reading = this.#readActor(uri, options, told)
    this.#reading.set(uri, reading)
    try {
      return await reading
    } finally {
      this.#reading.delete(uri)
    }
  }

  async readPost(uri: string, options: FindOptions = {}): Promise<PostReading> {
    const stored = await findPostByUri(this.#db, uri)
    if (stored !== undefined) return { outcome: 'found', post: stored }
    const budget = options.budget ?? new FetchBudget(this.#clock, options.limits)
    const chain: PostFacts[] = []
    let failure: DocumentFailure | null = null
    for (let next: string | null = uri; next !== null && chain.length <= budget.ancestors;) {
      const read = await this.#readDocument(next, budget, { isFresh: false, refreshesAuthor: true })
      if (read.outcome !== 'found') {
        if (chain.length === 0) failure = read
        break
      }
      const refusal = chain.length === 0 ? (options.refusalOf?.(read.facts) ?? null) : null
      if (refusal !== null) return { outcome: 'refused', reason: refusal }
      chain.push(read.facts)
      next = read.facts.inReplyTo
      if (next !== null && (await findPostByUri(this.#db, next)) !== undefined) break
    }
    if (failure !== null) return failure
    await this.#storeChain(chain, options.quoteDepth ?? 0)
    const post = await findPostByUri(this.#db, chain[0]?.uri ?? uri)
    return post === undefined
      ? { outcome: 'refused', reason: `${uri} was deleted` }
      : { outcome: 'found', post }
  }

  async readFacts(uri: string, authorUri: string): Promise<FactsReading> {
    const read = await this.#documents.read(uri, { isFresh: true })
    if (read.outcome !== 'found') return read
    const parsed = parsePost(read.document, { actorUri: authorUri })
    if (!parsed.ok) return { outcome: 'refused', reason: parsed.reason }
    if (parsed.post.uri !== uri || parsed.post.actorUri !== authorUri)
      return { outcome: 'refused', reason: `${uri} is another post now` }
    return { outcome: 'found', facts: parsed.post }
  }

  async readDocument(uri: string): Promise<DocumentOutcome> {
    return this.#documents.read(uri)
  }

  async readQuoteAuthorization(uri: string): Promise<StampReading> {
    const read = await this.#documents.read(uri, { totalMs: STAMP_MS, isFresh: true })
    if (read.outcome !== 'found') return read
    const stamp = parseQuoteAuthorization(read.document)
    return stamp === null
      ? { outcome: 'refused', reason: `${uri} is no agreement to a quote` }
      : { outcome: 'found', stamp }
  }

  async #readActor(uri: string, options: UpsertOptions, told: ToldHandle | null): Promise<ActorReading> {
    const read = await this.#documents.read(uri, { isFresh: true })
    return read.outcome === 'found' ? this.#storeActor(read.document, options, told) : read
  }

  /** Stored and fresh, stored and to be read again, or read now. */
  async #actor(uri: string, budget: FetchBudget, isFresh: boolean): Promise<Actor | null> {
    const stored = await findActorByUri(this.#db, uri)
    if (stored !== undefined) {
      if (stored.is_local || (stored.fetched_at !== null && !isFresh)) return this.#fresh(stored)
      if (this.#parts.home.isBlockedDomain(stored.host)) return null
    }
    if (!budget.take(uri)) return stored ?? null
    const read = await this.readActor(uri)
    return read.outcome === 'found' ? read.actor : null
  }

  /** @param refreshes  whether an author who was read long ago is read again, later */
  async #author(uri: string, budget: FetchBudget, refreshes: boolean): Promise<ActorReading> {
    const stored = await findActorByUri(this.#db, uri)
    if (stored !== undefined && (stored.is_local || stored.fetched_at !== null)) {
      const actor = refreshes ? await this.#fresh(stored) : stored.gone_at === null ? stored : null
      return actor === null ? { outcome: 'gone' } : { outcome: 'found', actor }
    }
    if (!budget.take(uri)) return { outcome: 'refused', reason: 'enough was fetched' }
    return this.readActor(uri)
  }

  async #fresh(actor: Actor): Promise<Actor | null> {
    if (actor.gone_at !== null) return null
    const now = this.#clock.now()
    const maxAge = this.#parts.config?.actorMaxAge
    if (isStale(actor, now, maxAge))
      await inTransaction(this.#db, async (tx) => refreshStaleActors(tx, [actor], now, maxAge))
    return actor
  }

  async #storeActor(
    document: JsonObject,
    options: UpsertOptions = {},
    told: ToldHandle | null = null,
  ): Promise<ActorReading> {
    const parsed = parseActor(document)
    if (!parsed.ok) return { outcome: 'refused', reason: parsed.reason }
    const handleDomain = await confirmHandleDomain(this.#documents, parsed.actor, told)
    if (this.#parts.home.isBlockedDomain(handleDomain)) {
      return { outcome: 'refused', reason: `${handleDomain} is blocked` }
    }
    const actor = await inTransaction(this.#db, async (tx) => {
      const record = actorRecord(parsed.actor, handleDomain)
      return (await upsertRemoteActors(tx, [record], this.#clock.now(), options)).get(record.uri)
    })
    if (actor === undefined) return { outcome: 'refused', reason: `${parsed.actor.uri} belongs to this home` }
    return { outcome: 'found', actor }
  }

  async #stored(uri: string): Promise<Resolved | null> {
    const post = await findPostByUri(this.#db, uri)
    if (post !== undefined) return { kind: 'post', post }
    const actor = await findActorByUri(this.#db, uri)
    if (actor !== undefined && actor.gone_at === null && actor.fetched_at !== null) {
      return { kind: 'actor', actor: (await this.#fresh(actor)) ?? actor }
    }
    return findByPageUrl(this.#db, uri)
  }

  async #resolved(document: JsonObject): Promise<Resolved | null> {
    const type = typeOf(document)
    if (isActorKind(type)) {
      const read = await this.#storeActor(document)
      return read.outcome === 'found' ? { kind: 'actor', actor: read.actor } : null
    }
    // The address of the activity that made a post stands for the post.
    const uri = type === 'Create' ? idOf(document['object']) : isPostKind(type) ? idOf(document['id']) : null
    const post = uri === null || !sameOrigin(uri, document['id']) ? null : await this.postByUri(uri)
    return post === null ? null : { kind: 'post', post }
  }

  async readPostDocument(uri: string, budget: FetchBudget): Promise<PostDocumentReading> {
    // When a server that failed is asked again is for Stator to say, and an old profile is none of this reading's business.
    return this.#readDocument(uri, budget, { isFresh: true, refreshesAuthor: false })
  }

  /** A post as facts, its author stored: who the followers are is for the author's document to say. */
  async #readDocument(
    uri: string,
    budget: FetchBudget,
    { isFresh, refreshesAuthor }: { readonly isFresh: boolean; readonly refreshesAuthor: boolean },
  ): Promise<PostDocumentReading> {
    const refused = (reason: string) => ({ outcome: 'refused', reason }) as const
    if (!budget.take(uri)) return refused('enough was fetched')
    const read = await this.#documents.read(uri, { totalMs: budget.leftMs, isFresh })
    if (read.outcome !== 'found') return read
    if (typeOf(read.document) === 'Tombstone') return { outcome: 'gone' }
    const first = parsePost(read.document)
    if (!first.ok) return refused(first.reason)
    const { actorUri } = first.post
    const author = await this.#author(actorUri, budget, refreshesAuthor)
    if (author.outcome === 'unavailable') return author
    if (author.outcome !== 'found') return refused(`the author ${actorUri} cannot be read`)
    const fault = await findProofFault(this.#db, read.document, actorUri, this.#clock.now())
    if (fault !== null) return refused(fault)
    const followersUri = author.actor.followers_uri
    const parsed = parsePost(read.document, { actorUri, followersUri })
    return parsed.ok
      ? { outcome: 'found', facts: parsed.post, document: read.document }
      : refused(parsed.reason)
  }

  async storePosts(tx: Transaction, read: readonly PostFacts[], quoteDepth = 0): Promise<Ingested> {
    const now = this.#clock.now()
    const posts = read.filter((facts) => blockedReference(this.#parts.home, facts) === null)
    const known = await findActorReferences(tx, posts.flatMap(actorUrisOf))
    const isOwnHost = (host: string): boolean => this.#parts.home.isOwnHost(host)
    const actors = await withMentionedActors(tx, posts, known, isOwnHost)
    const records = posts.flatMap((facts) => postRecord(facts, actors, now) ?? [])
    return ingestPosts(tx, records, now, quoteDepth)
  }

  async #storeChain(chain: readonly PostFacts[], quoteDepth: number): Promise<void> {
    await inTransaction(this.#db, async (tx) => {
      const { posts, linkedIds } = await this.storePosts(tx, chain, quoteDepth)
      // A reply that waited for one of these takes its place in the past.
      await addToTimelines(tx, linkedIds)
      await addTaggedToTimelines(
        tx,
        posts.map(({ id }) => id),
      )
    })
  }
}
