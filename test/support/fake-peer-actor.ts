/** An actor of a scripted server: its document, its keys, the activities it makes and how it sends them. */
import { type KeyObject, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { type HomeTarget, type PeerAnswer, sendRaw } from './fake-peer-http.ts'
import {
  type SignatureScheme,
  type SigningKey,
  contentDigestOf,
  digestOf,
  signatureHeaders,
} from './fake-peer-signatures.ts'
import type { FakeInbox } from './fake-peer-inbox.ts'

export const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public'
const CONTEXT = ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1']
const CAVAGE_POST = ['(request-target)', 'host', 'date', 'digest', 'content-type']
const CAVAGE_GET = ['(request-target)', 'host', 'date']
const RFC9421_POST = ['@method', '@target-uri', 'content-digest', 'content-type']
const RFC9421_GET = ['@method', '@target-uri']

/** What an actor needs of its server. */
interface ActorServer {
  readonly host: string
  readonly origin: string
  publish<T extends object>(object: T): T
  answers(path: string, script: () => { readonly body: object }): void
}

export interface FakeActorOptions {
  readonly type?: string
  /** The domain of its handle, where it differs from the host of its ids. */
  readonly handleDomain?: string
  readonly isLocked?: boolean
  readonly keyAlgorithm?: 'rsa' | 'ed25519'
  /** The key has a document of its own, instead of a fragment of the actor's. */
  readonly ownKeyDocument?: boolean
  /** Laid over the document. */
  readonly document?: object
}

export interface NoteFacts {
  readonly id?: string
  readonly type?: string
  readonly content?: string
  readonly to?: readonly string[]
  readonly cc?: readonly string[]
  readonly inReplyTo?: string
  readonly tag?: readonly object[]
  readonly published?: string
  readonly [property: string]: unknown
}

export type FakeObject = Record<string, unknown> & { readonly id: string; readonly type: string }

/** Everything about one request that can be made otherwise than it should be. */
export interface SendOptions {
  /** The shared inbox unless said otherwise. */
  readonly path?: string
  readonly method?: string
  /** The method that is signed, where it differs from the one that is used. */
  readonly signedMethod?: string
  readonly scheme?: SignatureScheme
  /** Signs instead of the sender's own key; with another `keyUri` it lies about whose it is. */
  readonly key?: Partial<SigningKey>
  /** What is signed as host; the Host header is that of the home unless `headers` says otherwise. */
  readonly signedHost?: string
  /** The path that is signed, where it differs from the one that is asked. */
  readonly signedPath?: string
  readonly covers?: readonly string[]
  readonly algorithm?: string
  readonly date?: Date
  readonly created?: number
  readonly expires?: number
  /** The digest is computed of this instead of the body. */
  readonly digestOf?: string | Uint8Array
  /** Sent instead of the activity, byte by byte. */
  readonly body?: string | Uint8Array
  readonly contentType?: string
  /** Set before the signature is made; an empty value takes the header away. */
  readonly headers?: Readonly<Record<string, string>>
  /** Set after the signature is made, so that they do not agree with it. An empty value takes the header away. */
  readonly lateHeaders?: Readonly<Record<string, string>>
  /** Rewrites all headers, the signature among them, before they are sent. */
  readonly mangle?: (headers: Readonly<Record<string, string>>) => Record<string, string>
  /** Sent in addition, also where the name is there already. */
  readonly moreHeaders?: ReadonlyArray<readonly [string, string]>
}

let counter = 0

export class FakeActor {
  readonly peer: ActorServer
  readonly name: string
  readonly inbox: FakeInbox
  readonly handleDomain: string
  readonly options: FakeActorOptions
  /** While true its addresses answer 410. */
  isGone = false
  /** Laid over the document; change it to edit the profile. */
  overrides: Record<string, unknown> = {}
  #privateKey: KeyObject | null = null

  constructor(peer: ActorServer, name: string, inbox: FakeInbox, options: FakeActorOptions = {}) {
    this.peer = peer
    this.name = name
    this.inbox = inbox
    this.options = options
    this.handleDomain = options.handleDomain ?? peer.host
    if (options.ownKeyDocument === true) {
      peer.answers(new URL(this.keyUri).pathname, () => ({ body: this.keyDocument() }))
    }
  }

  get uri(): string {
    return `${this.peer.origin}/users/${this.name}`
  }

  get handle(): string {
    return `${this.name}@${this.handleDomain}`
  }

  get keyUri(): string {
    return this.options.ownKeyDocument === true ? `${this.uri}/main-key` : `${this.uri}#main-key`
  }

  get followers(): string {
    return `${this.uri}/followers`
  }

  get privateKey(): KeyObject {
    this.#privateKey ??=
      this.options.keyAlgorithm === 'ed25519'
        ? generateKeyPairSync('ed25519').privateKey
        : generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    return this.#privateKey
  }

  /** Replaces the key, as a server does that lost its database. */
  rotateKey(privateKey?: KeyObject): void {
    this.#privateKey = privateKey ?? null
  }

  keyDocument(): FakeObject {
    const publicKeyPem = createPublicKey(this.privateKey).export({ type: 'spki', format: 'pem' }).toString()
    return { '@context': CONTEXT, id: this.keyUri, type: 'Key', owner: this.uri, publicKeyPem }
  }

  document(): FakeObject {
    const { id, owner, publicKeyPem } = this.keyDocument()
    return {
      '@context': CONTEXT,
      id: this.uri,
      type: this.options.type ?? 'Person',
      preferredUsername: this.name,
      name: this.name,
      summary: `<p>This is ${this.name}.</p>`,
      url: `${this.peer.origin}/@${this.name}`,
      inbox: `${this.uri}/inbox`,
      outbox: `${this.uri}/outbox`,
      followers: this.followers,
      following: `${this.uri}/following`,
      featured: `${this.uri}/featured`,
      manuallyApprovesFollowers: this.options.isLocked === true,
      endpoints: { sharedInbox: `${this.peer.origin}/inbox` },
      published: '2024-05-01T00:00:00Z',
      publicKey: { id, owner, publicKeyPem },
      ...this.options.document,
      ...this.overrides,
    }
  }

  /** A post of this actor, served at its id. Public unless addressed otherwise. */
  note(facts: NoteFacts = {}): FakeObject {
    counter += 1
    const id = facts.id ?? `${this.uri}/posts/${counter}`
    const note = {
      '@context': CONTEXT,
      type: 'Note',
      attributedTo: this.uri,
      content: '<p>a post</p>',
      published: new Date().toISOString(),
      to: [PUBLIC],
      cc: [this.followers],
      ...facts,
      id,
    }
    return this.peer.publish(note)
  }

  /** Any activity with an id of its own; `facts` win. */
  activity(type: string, facts: Record<string, unknown> = {}): FakeObject {
    counter += 1
    const id = `${this.uri}/activities/${counter}`
    return { '@context': CONTEXT, id, type, actor: this.uri, ...facts }
  }

  create(note: Record<string, unknown>): FakeObject {
    return this.activity('Create', {
      to: note['to'],
      cc: note['cc'],
      published: note['published'],
      object: note,
    })
  }

  /** An edit: the note as it is now. */
  update(object: Record<string, unknown>): FakeObject {
    return this.activity('Update', { to: object['to'] ?? [PUBLIC], cc: object['cc'] ?? [], object })
  }

  delete(uri: string): FakeObject {
    const object = uri === this.uri ? uri : { id: uri, type: 'Tombstone' }
    return this.activity('Delete', { to: [PUBLIC], object })
  }

  announce(uri: string, facts: Record<string, unknown> = {}): FakeObject {
    const published = new Date().toISOString()
    return this.activity('Announce', { to: [PUBLIC], cc: [this.followers], published, object: uri, ...facts })
  }

  like(uri: string): FakeObject {
    return this.activity('Like', { object: uri })
  }

  follow(uri: string): FakeObject {
    return this.activity('Follow', { object: uri })
  }

  block(uri: string): FakeObject {
    return this.activity('Block', { object: uri })
  }

  undo(activity: object | string): FakeObject {
    return this.activity('Undo', { object: activity })
  }

  accept(activity: object | string): FakeObject {
    return this.activity('Accept', { object: activity })
  }

  reject(activity: object | string): FakeObject {
    return this.activity('Reject', { object: activity })
  }

  /** Sends an activity, signed, to the shared inbox of a home. */
  async sends(home: HomeTarget, activity: object, options: SendOptions = {}): Promise<PeerAnswer> {
    return this.#send(
      home,
      options.method ?? 'POST',
      options.path ?? '/ap/inbox',
      options,
      options.body ?? JSON.stringify(activity),
    )
  }

  /** Asks a home for something, signed. */
  async gets(home: HomeTarget, path: string, options: SendOptions = {}): Promise<PeerAnswer> {
    return this.#send(home, 'GET', path, options)
  }

  #algorithm(): string {
    return this.options.keyAlgorithm === 'ed25519' ? 'hs2019' : 'rsa-sha256'
  }

  async #send(
    home: HomeTarget,
    method: string,
    path: string,
    options: SendOptions,
    body?: string | Uint8Array,
  ): Promise<PeerAnswer> {
    const scheme = options.scheme ?? 'cavage'
    const host = options.signedHost ?? home.host
    const headers = withoutEmpty({
      host,
      accept: 'application/activity+json',
      ...(scheme === 'rfc9421' ? {} : { date: (options.date ?? new Date()).toUTCString() }),
      ...(body === undefined ? {} : bodyHeaders(scheme, options, body)),
      ...options.headers,
    })
    const signature = signatureHeaders({
      scheme,
      key: {
        keyUri: options.key?.keyUri ?? this.keyUri,
        privateKey: options.key?.privateKey ?? this.privateKey,
      },
      method: options.signedMethod ?? method,
      path: options.signedPath ?? path,
      host,
      headers,
      covers: options.covers ?? coversOf(scheme, body !== undefined),
      created: options.created ?? Math.floor((options.date ?? new Date()).getTime() / 1000),
      ...(options.expires === undefined ? {} : { expires: options.expires }),
      ...(scheme === 'cavage' ? { algorithm: options.algorithm ?? this.#algorithm() } : {}),
    })
    const whole = { ...headers, host: home.host, ...signature, ...options.lateHeaders }
    const sent = withoutEmpty(options.mangle?.(whole) ?? whole)
    const pairs = [...Object.entries(sent), ...(options.moreHeaders ?? [])]
    return sendRaw(home, { method, path, headers: pairs, ...(body === undefined ? {} : { body }) })
  }
}

function bodyHeaders(
  scheme: SignatureScheme,
  options: SendOptions,
  body: string | Uint8Array,
): Record<string, string> {
  const digested = options.digestOf ?? body
  const digest =
    scheme === 'rfc9421' ? { 'content-digest': contentDigestOf(digested) } : { digest: digestOf(digested) }
  return { 'content-type': options.contentType ?? 'application/activity+json', ...digest }
}

function coversOf(scheme: SignatureScheme, hasBody: boolean): readonly string[] {
  if (scheme === 'rfc9421') return hasBody ? RFC9421_POST : RFC9421_GET
  return hasBody ? CAVAGE_POST : CAVAGE_GET
}

function withoutEmpty(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''))
}
