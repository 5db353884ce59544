/**
 * What every part of the program asks of the home all the time, kept in memory: its domains, its blocked domains, its
 * switches, the edge in front of it, its instance actor and its signing keys. Dropped and read again when another process tells that they changed,
 * and whenever the connection that would tell is new: it is probed every 15 s, so nothing is older than half a minute.
 */
import { type KeyObject, createPrivateKey } from 'node:crypto'
import { HomebirdError, describeError } from '../../core/errors.ts'
import type { Logger } from '../../core/log.ts'
import type { Listener } from '../../db/listen.ts'
import type { Database } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { type Edge, PUBLIC_EDGE, UNMEASURED_EDGE, readEdge } from '../edges/edge.ts'
import { DomainWords, readDomainWords } from '../blocks/domain-words.ts'
import { originOfHost } from './own-uris.ts'
import { NOTHING_SWITCHED, type Switches, readSwitches } from './switches.ts'

export type KeyAlgorithm = Row<'actor_keys'>['algorithm']

export interface SigningKey {
  readonly keyUri: string
  readonly privateKey: KeyObject
  readonly algorithm: KeyAlgorithm
}

export interface Home {
  /** The domains of the home, the primary one first. */
  domains(): readonly Row<'domains'>[]
  /** Null until the home is set up. */
  primaryDomain(): Row<'domains'> | null
  /** True for a domain or service host of this home; lower case, with the port where it is not 443. */
  isOwnHost(host: string): boolean
  /** True for a blocked domain and everything below it, but for what the owner allows; a port is ignored. */
  isBlockedDomain(host: string): boolean
  /** What the owner has switched. */
  switches(): Switches
  /** What was measured of the edge in front of the public listener. */
  edge(): Edge
  /** Calls back after each reading that something may have changed by. @returns what ends it */
  onRefreshed(callback: () => void): () => void
  /**
   * `https://<service host>`, of the primary domain unless another is named.
   * @throws HomebirdError UNAVAILABLE before set-up
   */
  origin(serviceHost?: string): string
  /** The actor that signs GETs. @throws HomebirdError UNAVAILABLE before set-up */
  instanceActor(): Row<'actors'>
  /** The parsed private key of an own actor, RSA unless said otherwise. @throws HomebirdError SIGNING_KEY_MISSING */
  signingKey(actorId: string, algorithm?: KeyAlgorithm): Promise<SigningKey>
  /** Reads everything again, for the process that changed it and needs it now. */
  refresh(): Promise<void>
  close(): void
}

interface Facts {
  readonly domains: readonly Row<'domains'>[]
  readonly ownHosts: ReadonlySet<string>
  readonly words: DomainWords
  readonly switches: Switches
  readonly edge: Edge
  readonly instanceActor: Row<'actors'> | null
}

/** What another process may have changed of what is kept here. */
const REFRESHED_BY: ReadonlySet<string> = new Set(['domains', 'domain_blocks', 'settings', 'edges'])

/** Resolves when the first reading is done; works before set-up too, with nothing to tell. */
export async function openHome(
  db: Database,
  listener: Pick<Listener, 'subscribe'>,
  log: Logger,
): Promise<Home> {
  const home = new CachedHome(db, log)
  home.follow(listener)
  await home.refresh()
  return home
}

class CachedHome implements Home {
  readonly #db: Database
  readonly #log: Logger
  readonly #keys = new Map<string, Promise<SigningKey>>()
  readonly #callbacks = new Set<() => void>()
  #facts: Facts = {
    domains: [],
    ownHosts: new Set(),
    words: new DomainWords(),
    switches: NOTHING_SWITCHED,
    edge: UNMEASURED_EDGE,
    instanceActor: null,
  }
  #reading: Promise<void> = Promise.resolve()
  #waiting: Promise<void> | null = null
  #unsubscribe: () => void = () => {}

  constructor(db: Database, log: Logger) {
    this.#db = db
    this.#log = log
  }

  follow(listener: Pick<Listener, 'subscribe'>): void {
    this.#unsubscribe = listener.subscribe('changed', {
      onNotification: (what) => {
        if (what === 'keys') this.#keys.clear()
        if (what === 'domains') this.#keys.clear()
        if (REFRESHED_BY.has(what)) this.#refreshLater()
      },
      onConnected: () => {
        this.#keys.clear()
        this.#refreshLater()
      },
    })
  }

  domains(): readonly Row<'domains'>[] {
    return this.#facts.domains
  }

  primaryDomain(): Row<'domains'> | null {
    return this.#facts.domains.find((domain) => domain.is_primary) ?? null
  }

  isOwnHost(host: string): boolean {
    return this.#facts.ownHosts.has(host)
  }

  isBlockedDomain(host: string): boolean {
    return this.#facts.words.isBlocked(host)
  }

  switches(): Switches {
    return this.#facts.switches
  }

  edge(): Edge {
    return this.#facts.edge
  }

  onRefreshed(callback: () => void): () => void {
    this.#callbacks.add(callback)
    return () => this.#callbacks.delete(callback)
  }

  origin(serviceHost?: string): string {
    if (serviceHost !== undefined) return originOfHost(serviceHost)
    const primary = this.primaryDomain()
    if (primary === null) throw notSetUp()
    return originOfHost(primary.service_host)
  }

  instanceActor(): Row<'actors'> {
    const actor = this.#facts.instanceActor
    if (actor === null) throw notSetUp()
    return actor
  }

  async signingKey(actorId: string, algorithm: KeyAlgorithm = 'rsa'): Promise<SigningKey> {
    const name = `${algorithm} ${actorId}`
    const kept = this.#keys.get(name)
    if (kept !== undefined) return kept
    const reading = readSigningKey(this.#db, actorId, algorithm)
    this.#keys.set(name, reading)
    // A failure is not kept: the key may be made a moment later.
    reading.catch(() => this.#keys.delete(name))
    return reading
  }

  /** One reading at a time; whoever asks during one gets a later one, which sees what was committed before asking. */
  async refresh(): Promise<void> {
    this.#waiting ??= this.#readAfter(this.#reading)
    return this.#waiting
  }

  close(): void {
    this.#unsubscribe()
    this.#callbacks.clear()
    this.#keys.clear()
  }

  #refreshLater(): void {
    this.refresh().catch((error: unknown) =>
      this.#log.warn({ event: 'home.refresh_failed', error: describeError(error) }),
    )
  }

  async #readAfter(earlier: Promise<void>): Promise<void> {
    await earlier.catch(() => undefined) // told to whoever asked for that reading
    this.#waiting = null
    this.#reading = this.#read()
    return this.#reading
  }

  async #read(): Promise<void> {
    const [domains, words, switches, edge, instanceActor] = await Promise.all([
      this.#db.selectFrom('domains').selectAll().orderBy('is_primary', 'desc').orderBy('id').execute(),
      readDomainWords(this.#db),
      readSwitches(this.#db),
      readEdge(this.#db, PUBLIC_EDGE),
      this.#db.selectFrom('actors').selectAll().where('is_instance_actor', '=', true).executeTakeFirst(),
    ])
    this.#facts = {
      domains,
      ownHosts: new Set(domains.flatMap((domain) => [domain.domain, domain.service_host])),
      words,
      switches,
      edge,
      instanceActor: instanceActor ?? null,
    }
    for (const callback of this.#callbacks) callback()
  }
}

function notSetUp(): HomebirdError {
  return new HomebirdError('UNAVAILABLE', 'the home is not set up: it has no domain yet', {
    safe: 'This home is not set up yet.',
  })
}

async function readSigningKey(db: Database, actorId: string, algorithm: KeyAlgorithm): Promise<SigningKey> {
  const key = await db
    .selectFrom('actor_keys')
    .select(['key_uri', 'private_key_pem'])
    .where('actor_id', '=', actorId)
    .where('algorithm', '=', algorithm)
    .where('private_key_pem', 'is not', null)
    .orderBy('fetched_at', 'desc')
    .executeTakeFirst()
  if (key?.private_key_pem === undefined || key.private_key_pem === null) {
    throw new HomebirdError('SIGNING_KEY_MISSING', `actor ${actorId} has no private ${algorithm} key`)
  }
  return { keyUri: key.key_uri, privateKey: createPrivateKey(key.private_key_pem), algorithm }
}
