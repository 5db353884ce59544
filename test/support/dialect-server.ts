/**
 * A server that speaks as one of the softwares of the fixtures do: serves its actors with keys of the test, answers
 * WebFinger and inboxes, and sends the documents of the catalogue byte by byte, signed as that software signs.
 */
import { type KeyObject, createHash, createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto'
import type { JsonObject } from '../../server/activitypub/json.ts'
import { type ExpectedActor, type Software } from '../fixtures/expectations.ts'
import { type Fixture, fixtureBytes, fixturesThat, withPublicKey } from '../fixtures/index.ts'
import type { SendOptions } from './fake-peer-actor.ts'
import {
  type FakePeer,
  type HomeTarget,
  type PeerAnswer,
  type ScriptedAnswer,
  openFakePeer,
} from './fake-peer.ts'

/** How each signs and names what it sends, where that is not draft-cavage and `application/activity+json`. */
const HABITS: Partial<Record<Software, SendOptions>> = {
  hollo: { scheme: 'rfc9421' },
  misskey: { contentType: 'application/activity+json; charset=utf-8' },
  'bridgy-fed': { contentType: 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"' },
  pleroma: { algorithm: 'hs2019' },
}

const KEY: KeyObject = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const PEM = createPublicKey(KEY).export({ type: 'spki', format: 'pem' }).toString()

interface ServedActor {
  readonly document: JsonObject
  readonly expect: Pick<ExpectedActor, 'uri' | 'keyId' | 'username'>
}

export class DialectServer {
  readonly software: Software
  readonly peer: FakePeer
  readonly #actors = new Map<string, ServedActor>()
  readonly #gone = new Set<string>()

  private constructor(software: Software, peer: FakePeer) {
    this.software = software
    this.peer = peer
  }

  static async open(software: Software): Promise<DialectServer> {
    const peer = await openFakePeer(undefined, { host: `${software}.example` })
    const server = new DialectServer(software, peer)
    for (const fixture of fixturesThat('actor').filter((one) => one.software === software)) {
      server.#serve({ document: withPublicKey(fixture.document, PEM), expect: fixture.expect })
    }
    server.#serveInstanceActor()
    peer.answers('/.well-known/webfinger', ({ path }) => server.#webFinger(path))
    return server
  }

  /** From now on the address of an actor answers 410. */
  goneIs(actorUri: string): void {
    this.#gone.add(actorUri)
  }

  /** Serves a document at the path of its id. */
  publish(document: JsonObject): void {
    this.peer.publish(document as JsonObject & { readonly id: unknown })
  }

  /**
   * Sends the bytes of a document, signed by its actor, with what it says of this home put right.
   * @returns also what the home knows the activity by
   */
  async sends(
    home: HomeTarget,
    fixture: Fixture,
    replacements: Readonly<Record<string, string>>,
  ): Promise<{ readonly answer: PeerAnswer; readonly activityId: string }> {
    const body = withoutProof(placedBytes(fixture, replacements))
    const { actor, id } = JSON.parse(body) as {
      readonly actor: string | { id: string }
      readonly id?: string
    }
    const actorUri = typeof actor === 'string' ? actor : actor.id
    const keyUri = this.#actors.get(actorUri)?.expect.keyId
    if (keyUri === undefined) throw new Error(`${this.software} has no actor ${actorUri}`)
    const options = { ...HABITS[this.software], key: { keyUri, privateKey: KEY }, body }
    const answer = await this.peer.actor('sender').sends(home, {}, options)
    return { answer, activityId: id ?? `sha256:${createHash('sha256').update(body).digest('base64')}` }
  }

  /** Says yes to a follow, for an actor whose yes the catalogue does not have. */
  async accepts(home: HomeTarget, actorUri: string, followUri: string): Promise<void> {
    const activity = {
      id: `${actorUri}#accepts/${randomUUID()}`,
      type: 'Accept',
      actor: actorUri,
      object: followUri,
    }
    const key = { keyUri: this.#actors.get(actorUri)?.expect.keyId ?? '', privateKey: KEY }
    const { status } = await this.peer
      .actor('sender')
      .sends(home, activity, { ...HABITS[this.software], key })
    if (status !== 202) throw new Error(`the Accept of ${actorUri} was answered with ${status}`)
  }

  /** Everything of a type that came to any inbox. */
  received(type: string): JsonObject[] {
    return this.peer.requests
      .filter(({ method }) => method === 'POST')
      .map(({ body }) => JSON.parse(body.toString()) as JsonObject)
      .filter((activity) => activity['type'] === type)
  }

  #serve(actor: ServedActor): void {
    const { document, expect } = actor
    const endpoints = document['endpoints'] as { readonly sharedInbox?: string } | undefined
    this.#actors.set(expect.uri, actor)
    for (const uri of [expect.uri, expect.keyId]) {
      this.peer.answers(new URL(uri).pathname, ({ path }) => this.#document(path))
    }
    for (const inbox of [document['inbox'], endpoints?.sharedInbox]) {
      if (typeof inbox === 'string') this.peer.answers(new URL(inbox).pathname, () => ({ status: 202 }))
    }
  }

  /** The actor that a server complains as. */
  #serveInstanceActor(): void {
    const uri = `${this.peer.origin}/actor`
    const keyId = `${uri}#main-key`
    const username = this.peer.host
    const key = { publicKey: { id: keyId, owner: uri, publicKeyPem: PEM } }
    const document = {
      id: uri,
      type: 'Application',
      preferredUsername: username,
      inbox: `${uri}/inbox`,
      ...key,
    }
    this.#serve({ document, expect: { uri, keyId, username } })
  }

  /** At the address of an actor, and at that of a key that has one of its own. */
  #document(path: string): ScriptedAnswer {
    const address = `${this.peer.origin}${path}`
    for (const { document, expect } of this.#actors.values()) {
      if (expect.uri !== address && expect.keyId.split('#')[0] !== address) continue
      return this.#gone.has(expect.uri) ? { status: 410 } : { body: document }
    }
    return { status: 404 }
  }

  #webFinger(path: string): ScriptedAnswer {
    const resource = new URL(path, this.peer.origin).searchParams.get('resource')
    for (const { expect } of this.#actors.values()) {
      const subject = `acct:${expect.username}@${this.peer.host}`
      if (resource !== subject && resource !== expect.uri) continue
      const links = [{ rel: 'self', type: 'application/activity+json', href: expect.uri }]
      return { headers: { 'content-type': 'application/jrd+json' }, body: { subject, links } }
    }
    return { status: 404 }
  }
}

/** Slashes may be written with a backslash before them; whatever is replaced keeps its spelling. */
function placedBytes({ software, name }: Fixture, replacements: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(replacements).toSorted(([a], [b]) => b.length - a.length)
  const escaped = (text: string): string => text.replaceAll('/', String.raw`\/`)
  return pairs.reduce(
    (text, [from, to]) => text.replaceAll(from, to).replaceAll(escaped(from), escaped(to)),
    fixtureBytes(software, name).toString(),
  )
}

/** With ids of the test in it, a document is not what was proved; a proof that fails is a reason to drop it. */
function withoutProof(body: string): string {
  if (!body.includes('"proof"')) return body
  const { proof: _, ...document } = JSON.parse(body) as JsonObject
  return JSON.stringify(document)
}
