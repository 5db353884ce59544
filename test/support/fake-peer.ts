/**
 * Another server of the fediverse, scripted: real TLS on loopback, actors with keys, WebFinger, objects, inboxes that
 * verify and record. It sends signed activities to a home, and misbehaves in every way it is told to.
 *
 *     const peer = await openFakePeer(t)
 *     const ana = peer.actor('ana')                             // https://peer.example/users/ana
 *     await ana.sends(home, ana.create(ana.note({ content: 'hello' })))
 *     await ana.sends(home, activity, { digestOf: 'something else' })
 *     peer.answers('/users/eve', () => ({ status: 410 }))
 *
 * The home reaches it with the settings of `reach(peer)`: hostAddresses and one more certificate authority.
 */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { FakeActor, type FakeActorOptions } from './fake-peer-actor.ts'
import { type HomeTarget, sendRaw } from './fake-peer-http.ts'
import { FakeInbox } from './fake-peer-inbox.ts'
import { type ReceivedRequest, type SignatureVerdict, checkSignature } from './fake-peer-signatures.ts'
import { issueCertificate } from './test-certificates.ts'

export { type FakeActor, PUBLIC } from './fake-peer-actor.ts'
export type { ReceivedActivity } from './fake-peer-inbox.ts'
export { type HomeTarget, type PeerAnswer, sendRaw } from './fake-peer-http.ts'

/** What the peer answers; `hang` never answers, `reset` drops the connection. */
export type ScriptedAnswer =
  | {
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
      /** An object becomes ActivityPub JSON. */
      readonly body?: string | Buffer | object
      /** Takes over the writing: endless bodies, slow bytes. */
      readonly write?: (response: ServerResponse) => void
    }
  | 'hang'
  | 'reset'

export type Script = (request: ReceivedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>

export interface FakePeerOptions {
  /** `peer.example` unless said otherwise. */
  readonly host?: string
  /** Further names that the same server answers to, as `handles.example` of a split domain. */
  readonly otherHosts?: readonly string[]
  /** The certificate is issued for these instead. */
  readonly certificateHosts?: readonly string[]
  readonly nodeInfo?: { readonly name: string; readonly version: string }
}

export class FakePeer implements AsyncDisposable {
  readonly host: string
  readonly hosts: readonly string[]
  /** What answers the network: `127.0.0.1:<port>`. */
  address = ''
  /** The authority of its certificate, PEM. */
  tlsCa = ''
  /** Every request that came, in order. */
  readonly requests: ReceivedRequest[] = []
  readonly sharedInbox = new FakeInbox()
  /** What inboxes answer, 202 unless changed. */
  inboxAnswer: Script = () => ({ status: 202 })
  nodeInfo: { readonly name: string; readonly version: string }
  readonly #actors = new Map<string, FakeActor>()
  readonly #objects = new Map<string, object>()
  readonly #scripts = new Map<string, Script>()
  readonly #homes = new Map<string, HomeTarget>()
  readonly #sockets = new Set<Socket>()
  #isCutOff = false
  #close: () => Promise<void> = async () => {}

  constructor(options: FakePeerOptions) {
    this.host = options.host ?? 'peer.example'
    this.hosts = [this.host, ...(options.otherHosts ?? [])]
    this.nodeInfo = options.nodeInfo ?? { name: 'fakepeer', version: '1.0.0' }
  }

  get origin(): string {
    return `https://${this.host}`
  }

  async open(certificateHosts: readonly string[] = this.hosts): Promise<void> {
    const { cert, key, ca } = issueCertificate(certificateHosts)
    this.tlsCa = ca
    const server = createServer({ cert, key, keepAlive: true }, (incoming, response) => {
      void this.#handle(incoming, response)
    })
    const speaks = server.listeners('connection')
    server.removeAllListeners('connection')
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket)).on('error', () => undefined) // its close says it all
      // Nothing that comes is read, and so nothing is said: whoever waits finds out by its own patience.
      if (!this.#isCutOff) for (const speak of speaks) speak.call(server, socket)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`
    this.#close = async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of this.#sockets) socket.destroy()
      await closed
    }
  }

  /** As if no line led here any more: every connection breaks, and nothing ever comes back on a new one. */
  cutOff(): void {
    this.#isCutOff = true
    for (const socket of this.#sockets) socket.destroy()
  }

  joinAgain(): void {
    this.#isCutOff = false
  }

  async close(): Promise<void> {
    const close = this.#close
    this.#close = async () => {}
    await close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** The actor of this name, made at the first call. */
  actor(name: string, options?: FakeActorOptions): FakeActor {
    const found = this.#actors.get(name)
    if (found !== undefined) return found
    const made = new FakeActor(this, name, new FakeInbox(), options)
    this.#actors.set(name, made)
    return made
  }

  /** Serves an object at the path of its id. */
  publish<T extends object>(object: T & { readonly id?: unknown }): T {
    this.#objects.set(new URL(String(object.id)).pathname, object)
    return object
  }

  /** From now on an object is gone: 410. */
  unpublish(uri: string): void {
    const { pathname } = new URL(uri)
    this.#objects.delete(pathname)
    this.answers(pathname, () => ({ status: 410 }))
  }

  /** Answers a path (without query) as told, before anything else does. */
  answers(path: string, script: Script): void {
    this.#scripts.set(path, script)
  }

  /** Takes a script away again. */
  forgets(path: string): void {
    this.#scripts.delete(path)
  }

  /** Tells where a home listens, so that its signatures can be verified with the keys it serves. */
  meets(home: HomeTarget): void {
    this.#homes.set(home.host, home)
  }

  /** Paths that were asked for by GET, in order. */
  paths(): string[] {
    return this.requests.filter(({ method }) => method === 'GET').map(({ path }) => path)
  }

  /** Whether the signature of a recorded request is good. */
  async verify(request: ReceivedRequest): Promise<SignatureVerdict> {
    return checkSignature(request, async (keyUri) => this.#findKey(keyUri))
  }

  async #findKey(keyUri: string): Promise<string | undefined> {
    const url = new URL(keyUri)
    const home = this.#homes.get(url.host)
    if (home === undefined) return undefined
    const headers = [['Accept', 'application/activity+json']] as const
    const answer = await sendRaw(home, { method: 'GET', path: url.pathname, headers })
    if (answer.status !== 200) return undefined
    const key = answer.json()['publicKey'] as { id?: string; publicKeyPem?: string } | undefined
    return key?.id === keyUri ? key.publicKeyPem : undefined
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const request = await readRequest(incoming)
      this.requests.push(request)
      const [path = ''] = request.path.split('?')
      const script = this.#scripts.get(path)
      const answer = script === undefined ? await this.#answer(path, request) : await script(request)
      write(response, incoming, answer)
    } catch (error) {
      if (!response.headersSent) response.writeHead(500)
      response.end(String(error))
    }
  }

  async #answer(path: string, request: ReceivedRequest): Promise<ScriptedAnswer> {
    if (request.method === 'POST') return this.#receive(path, request)
    if (path === '/.well-known/webfinger') return this.#webFinger(request)
    if (path === '/.well-known/nodeinfo') return { body: this.#nodeInfoLinks(), headers: JSON_TYPE }
    if (path === '/nodeinfo/2.0') return { body: this.#nodeInfo(), headers: JSON_TYPE }
    const object = this.#objects.get(path)
    if (object !== undefined) return { body: object }
    const [, name = '', rest] = /^\/users\/([^/]+)(\/.*)?$/.exec(path) ?? []
    const actor = this.#actors.get(name)
    if (actor === undefined) return { status: 404 }
    if (actor.isGone) return { status: 410 }
    if (rest === undefined) return { body: actor.document() }
    return { status: 404 }
  }

  async #receive(path: string, request: ReceivedRequest): Promise<ScriptedAnswer> {
    const answer = await this.inboxAnswer(request)
    const name = /^\/users\/([^/]+)\/inbox$/.exec(path)?.[1]
    const inbox = path === '/inbox' ? this.sharedInbox : this.#actors.get(name ?? '')?.inbox
    if (inbox === undefined) return { status: 404 }
    if (typeof answer === 'string' || (answer.status ?? 200) >= 300) return answer
    const activity = JSON.parse(request.body.toString()) as Record<string, unknown>
    const signature = await this.verify(request)
    const received = { activity, type: String(activity['type']), signature, request }
    inbox.add(received)
    // As real servers do: what comes to the shared inbox reaches those whom it is addressed to.
    const addressees = new Set([activity['to'], activity['cc']].flat())
    for (const actor of this.#actors.values()) {
      if (inbox === this.sharedInbox && addressees.has(actor.uri)) actor.inbox.add(received)
    }
    return answer
  }

  #webFinger(request: ReceivedRequest): ScriptedAnswer {
    const resource = new URL(request.path, this.origin).searchParams.get('resource') ?? ''
    const [, name = '', domain = ''] = /^acct:([^@]+)@(.+)$/.exec(resource) ?? []
    const byUri = [...this.#actors.values()].find(({ uri }) => uri === resource)
    const actor = this.hosts.includes(domain) ? this.#actors.get(name) : byUri
    if (actor === undefined || actor.isGone) return { status: 404 }
    const links = [{ rel: 'self', type: 'application/activity+json', href: actor.uri }]
    return {
      headers: { 'content-type': 'application/jrd+json' },
      body: { subject: `acct:${actor.name}@${actor.handleDomain}`, aliases: [actor.uri], links },
    }
  }

  #nodeInfoLinks(): object {
    const rel = 'http://nodeinfo.diaspora.software/ns/schema/2.0'
    return { links: [{ rel, href: `${this.origin}/nodeinfo/2.0` }] }
  }

  #nodeInfo(): object {
    const services = { inbound: [], outbound: [] }
    const facts = { protocols: ['activitypub'], openRegistrations: false, usage: { users: {} }, metadata: {} }
    return { version: '2.0', software: this.nodeInfo, services, ...facts }
  }
}

const JSON_TYPE = { 'content-type': 'application/json' }

/** Opens a peer; with a test context it is closed at the end of that test. */
export async function openFakePeer(t?: TestContext, options: FakePeerOptions = {}): Promise<FakePeer> {
  const peer = new FakePeer(options)
  await peer.open(options.certificateHosts)
  t?.after(async () => peer.close())
  return peer
}

/** What a home needs to reach these peers: to be spread into the options of `safe-fetch` or into its settings. */
export function reach(...peers: readonly FakePeer[]): {
  readonly hostAddresses: Readonly<Record<string, string>>
  readonly tlsCa: readonly string[]
} {
  const pairs = peers.flatMap((peer) => peer.hosts.map((host) => [host, peer.address] as const))
  return { hostAddresses: Object.fromEntries(pairs), tlsCa: [...new Set(peers.map(({ tlsCa }) => tlsCa))] }
}

async function readRequest(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = String(value)
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    host: incoming.headers.host ?? '',
    headers,
    body: Buffer.concat(chunks),
  }
}

function write(response: ServerResponse, incoming: IncomingMessage, answer: ScriptedAnswer): void {
  if (answer === 'hang') return
  if (answer === 'reset') {
    incoming.socket.destroy()
    return
  }
  const { body = '', status = 200, headers = {} } = answer
  const isObject = typeof body === 'object' && !Buffer.isBuffer(body)
  response.writeHead(status, isObject ? { 'content-type': 'application/activity+json', ...headers } : headers)
  if (answer.write === undefined) response.end(isObject ? JSON.stringify(body) : body)
  else answer.write(response)
}
