/**
 * Public keys of other servers' actors, kept parsed in memory: a signature that comes again costs no query. A key that is
 * not here is looked up once, then fetched, and stored only when a signature made with it has proved good.
 * @see security rules 9 to 13
 */
import type { KeyObject } from 'node:crypto'
import { boundedMap } from '../core/bounded-map.ts'
import { upsertRemoteActors, REMOTE_KEYS_CHANGED } from '../domain/actors/upsert-remote-actor.ts'
import type { Listener } from '../db/listen.ts'
import { inTransaction } from '../db/transaction.ts'
import { type Host, findRemoteUrl, hostOf } from '../net/origin.ts'
import { actorRecord } from './actor-record.ts'
import { HostBudget } from './host-budget.ts'
import { idOf, isObject, type JsonObject } from './json.ts'
import { type ActorFacts, parseActor } from './parse-actor.ts'
import { parsePublicKey } from './public-key.ts'
import {
  type DocumentFailure,
  type FoundDocument,
  RemoteDocuments,
  type RemoteParts,
} from './remote-documents.ts'

/** A key with its owner. Two lookups of one key give the same object until it changes. */
export interface RemoteKey {
  readonly keyUri: string
  readonly algorithm: 'rsa' | 'ed25519'
  readonly publicKey: KeyObject
  /** The only actor that may sign with it. */
  readonly actorUri: string
  /** Canonical host of key and owner. */
  readonly host: Host
}

export type KeyLookup =
  | { readonly outcome: 'found'; readonly key: RemoteKey }
  /** There is no such key, or it does not belong to whom it says. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** The owner or the key is gone for good: 410. */
  | { readonly outcome: 'gone' }
  | { readonly outcome: 'unavailable'; readonly reason: string; readonly retryAfterSeconds: number }

export interface RemoteKeys {
  /** What memory holds; asks nobody. */
  peek(keyUri: string): RemoteKey | undefined
  /** From memory, else by one query; asks no other server. */
  findStored(keyUri: string): Promise<RemoteKey | undefined>
  /** From memory, by one query, or from its owner; settles within 12 s. Never throws for what the other side does. */
  find(keyUri: string): Promise<KeyLookup>
  /** After a signature failed with this key: what its owner publishes now, asked at most once in five minutes. */
  refetch(key: RemoteKey): Promise<KeyLookup>
  /** Stores key and owner if they are not stored; to be called once a signature made with the key has proved good. */
  keep(key: RemoteKey): Promise<void>
  close(): void
}

export interface RemoteKeysParts extends RemoteParts {
  readonly listener: Pick<Listener, 'subscribe'>
}

const MAX_KEYS = 5_000
const MAX_FAILURES = 5_000
const FAILURE_MS = 5 * 60_000
const REFETCH_MS = 5 * 60_000
const KEY_MS = 24 * 3_600_000
/** Both documents of a key, so that the answer is out within 12 s. */
const FETCH_MS = 10_000
const FETCHES_PER_HOST_AND_MINUTE = 10

export function createRemoteKeys(parts: RemoteKeysParts): RemoteKeys {
  return new KeyCache(parts)
}

class KeyCache implements RemoteKeys {
  readonly #parts: RemoteKeysParts
  readonly #documents: RemoteDocuments
  readonly #keys = boundedMap<string, RemoteKey>({ max: MAX_KEYS, ttl: KEY_MS })
  readonly #failures = boundedMap<string, KeyLookup>({ max: MAX_FAILURES, ttl: FAILURE_MS })
  readonly #refetched = boundedMap<string, true>({ max: MAX_KEYS, ttl: REFETCH_MS })
  readonly #looking = new Map<string, Promise<KeyLookup>>()
  /** Owners of keys that were fetched and not stored yet; `replaces` after a failed signature. */
  readonly #unstored = new WeakMap<RemoteKey, { facts: ActorFacts; replaces: boolean }>()
  readonly #budget: HostBudget
  readonly #unsubscribe: () => void

  constructor(parts: RemoteKeysParts) {
    this.#parts = parts
    this.#documents = new RemoteDocuments(parts)
    this.#budget = new HostBudget(parts.clock, { most: FETCHES_PER_HOST_AND_MINUTE, windowMs: 60_000 })
    this.#unsubscribe = parts.listener.subscribe('changed', {
      onNotification: (what) => {
        if (what === REMOTE_KEYS_CHANGED) this.#keys.clear()
      },
      onConnected: () => this.#keys.clear(),
    })
  }

  peek(keyUri: string): RemoteKey | undefined {
    return this.#keys.get(keyUri)
  }

  async findStored(keyUri: string): Promise<RemoteKey | undefined> {
    const kept = this.#keys.get(keyUri)
    if (kept !== undefined) return kept
    const row = await this.#parts.db
      .selectFrom('actor_keys')
      .innerJoin('actors', 'actors.id', 'actor_keys.actor_id')
      .select(['actor_keys.public_key_pem', 'actors.uri', 'actors.host'])
      .where('actor_keys.key_uri', '=', keyUri)
      .where('actor_keys.revoked_at', 'is', null)
      .where('actors.is_local', '=', false)
      .where('actors.gone_at', 'is', null)
      .executeTakeFirst()
    const parsed = row === undefined ? undefined : parsePublicKey(row.public_key_pem)
    if (row === undefined || parsed === undefined) return undefined
    const key: RemoteKey = { keyUri, ...parsed, actorUri: row.uri, host: row.host as Host }
    this.#keys.set(keyUri, key)
    return key
  }

  async find(keyUri: string): Promise<KeyLookup> {
    const kept = this.#keys.get(keyUri)
    if (kept !== undefined) return { outcome: 'found', key: kept }
    const failed = this.#failures.get(keyUri)
    if (failed !== undefined) return failed
    return this.#once(keyUri, async () => {
      const stored = await this.findStored(keyUri)
      return stored === undefined ? this.#fetch(keyUri) : { outcome: 'found', key: stored }
    })
  }

  async refetch(key: RemoteKey): Promise<KeyLookup> {
    const { keyUri } = key
    const now = this.#keys.get(keyUri)
    // Somebody else's failed signature has brought the new key already.
    if (now !== undefined && now !== key) return { outcome: 'found', key: now }
    // A key that never proved good was read a moment ago; asking again would bring the same.
    if (this.#unstored.has(key)) return { outcome: 'refused', reason: `${keyUri} has just been read` }
    if (this.#refetched.has(keyUri))
      return { outcome: 'refused', reason: `${keyUri} was read anew a moment ago` }
    return this.#once(keyUri, async () => {
      this.#refetched.set(keyUri, true)
      return this.#fetch(keyUri, key)
    })
  }

  async keep(key: RemoteKey): Promise<void> {
    const unstored = this.#unstored.get(key)
    if (unstored === undefined) return
    const { facts, replaces } = unstored
    await inTransaction(this.#parts.db, async (tx) => {
      await upsertRemoteActors(tx, [actorRecord(facts, null)], this.#parts.clock.now(), {
        replacesKeys: replaces,
      })
    })
    this.#unstored.delete(key)
    // Storing it has told every process to forget what it keeps; this one has just proved good.
    this.#keys.set(key.keyUri, key)
  }

  close(): void {
    this.#unsubscribe()
    this.#keys.clear()
  }

  async #once(keyUri: string, look: () => Promise<KeyLookup>): Promise<KeyLookup> {
    const running = this.#looking.get(keyUri)
    if (running !== undefined) return running
    const looking = look()
    this.#looking.set(keyUri, looking)
    try {
      return await looking
    } finally {
      this.#looking.delete(keyUri)
    }
  }

  async #fetch(keyUri: string, former?: RemoteKey): Promise<KeyLookup> {
    const host = hostOf(keyUri)
    if (host === undefined) return { outcome: 'refused', reason: `${keyUri} is no https address` }
    const waitMs = this.#budget.take(host)
    if (waitMs > 0) {
      const reason = `more than ${FETCHES_PER_HOST_AND_MINUTE} keys of ${host} in a minute`
      return { outcome: 'unavailable', reason, retryAfterSeconds: Math.ceil(waitMs / 1000) }
    }
    const owner = await this.#fetchOwner(keyUri, this.#parts.clock.monotonicMs() + FETCH_MS)
    if ('failure' in owner) return this.#failed(keyUri, owner.failure)
    const { facts } = owner
    const record = actorRecord(facts, null).keys.find((key) => key.keyUri === keyUri)
    const parsed = record === undefined ? undefined : parsePublicKey(record.publicKeyPem)
    if (parsed === undefined) {
      return this.#failed(keyUri, {
        outcome: 'refused',
        reason: `${facts.uri} does not list the key ${keyUri}`,
      })
    }
    const firstOwner = former?.actorUri ?? (await this.#findFirstOwner(keyUri))
    if (firstOwner !== undefined && firstOwner !== facts.uri) {
      const reason = `${keyUri} belongs to ${firstOwner} and never moves`
      return former === undefined
        ? this.#failed(keyUri, { outcome: 'refused', reason })
        : { outcome: 'refused', reason }
    }
    if (former?.publicKey.equals(parsed.publicKey) === true) {
      return { outcome: 'refused', reason: `${keyUri} is what it was` }
    }
    const key: RemoteKey = { keyUri, ...parsed, actorUri: facts.uri, host }
    this.#unstored.set(key, { facts, replaces: former !== undefined })
    this.#keys.set(keyUri, key)
    this.#failures.delete(keyUri)
    return { outcome: 'found', key }
  }

  /** Whose key it was when it was first seen, also after it was revoked (rule 10). */
  async #findFirstOwner(keyUri: string): Promise<string | undefined> {
    const row = await this.#parts.db
      .selectFrom('actor_keys')
      .innerJoin('actors', 'actors.id', 'actor_keys.actor_id')
      .select('actors.uri')
      .where('actor_keys.key_uri', '=', keyUri)
      .executeTakeFirst()
    return row?.uri
  }

  /** The owner by its own id, whatever document the key has. */
  async #fetchOwner(keyUri: string, deadline: number): Promise<{ facts: ActorFacts } | Failed> {
    const found = await this.#read(keyUri, deadline, true)
    if ('failure' in found) return found
    const ownerUri = ownerOf(found.document, keyUri)
    if (ownerUri === null || hostOf(ownerUri) !== hostOf(keyUri)) {
      return refused(`${keyUri} names no owner on its own host`)
    }
    const isOwner = found.document['id'] === ownerUri && isSameDocument(ownerUri, found.finalUrl)
    const owner = isOwner ? found : await this.#read(ownerUri, deadline, false)
    if ('failure' in owner) return owner
    const parsed = parseActor(owner.document)
    return parsed.ok ? { facts: parsed.actor } : refused(parsed.reason)
  }

  async #read(uri: string, deadline: number, anyId: boolean): Promise<FoundDocument | Failed> {
    const totalMs = deadline - this.#parts.clock.monotonicMs()
    if (totalMs <= 0) {
      return { failure: { outcome: 'unavailable', reason: `${uri} took too long`, retryAfterSeconds: 60 } }
    }
    const found = await this.#documents.read(uri, { totalMs, anyId, isFresh: true })
    return found.outcome === 'found' ? found : { failure: lookupOf(found) }
  }

  #failed(keyUri: string, lookup: KeyLookup): KeyLookup {
    this.#failures.set(keyUri, lookup)
    return lookup
  }
}

interface Failed {
  readonly failure: KeyLookup
}

const refused = (reason: string): Failed => ({ failure: { outcome: 'refused', reason } })

function isSameDocument(a: string, b: string): boolean {
  return findRemoteUrl(a)?.href === findRemoteUrl(b)?.href
}

/** An actor is its own owner; a key names one, as `owner` or inside the part of the actor that it shows. */
function ownerOf(document: JsonObject, keyUri: string): string | null {
  const { publicKey } = document
  const nested = isObject(publicKey) && publicKey['id'] === keyUri ? publicKey : null
  return idOf(document['owner'] ?? document['controller'] ?? nested?.['owner'] ?? document['id'])
}

function lookupOf(failure: DocumentFailure): KeyLookup {
  return failure.outcome === 'missing' ? { outcome: 'refused', reason: failure.reason } : failure
}
