/**
 * A server of other people's making: a small one built on Fedify, which reads JSON-LD by its book, signs and verifies in
 * both ways, and proves its objects.
 */
import { type IncomingMessage, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect as secureConnect } from 'node:tls'
import {
  type Context,
  InProcessMessageQueue,
  MemoryKvStore,
  createFederation,
  generateCryptoKeyPair,
} from '@fedify/fedify'
import {
  Accept,
  type Activity,
  Announce,
  Create,
  Delete,
  Endpoints,
  Follow,
  Like,
  Note,
  PUBLIC_COLLECTION,
  Person,
  type Recipient,
  Tombstone,
  Undo,
  Update,
  isActor,
} from '@fedify/vocab'
import { Temporal as Polyfill } from '@js-temporal/polyfill'
import { Agent, setGlobalDispatcher } from 'undici'
import { type StrangerEvent, hostPorts, takeCalls } from './stranger-calls.ts'

const ports = hostPorts()
setGlobalDispatcher(
  new Agent({
    connect: (options, callback) => {
      const port = ports.get(options.hostname)
      if (port === undefined) {
        callback(new Error(`${options.hostname} is not in this world`), null)
        return
      }
      const socket = secureConnect({ host: '127.0.0.1', port, servername: options.hostname })
      socket.once('secureConnect', () => callback(null, socket))
      socket.once('error', (error) => callback(error, null))
    },
  }),
)

const NAME = 'fay'
// The types speak of the Temporal to come, the package of its polyfill.
const now = (): Temporal.Instant => Polyfill.Now.instant() as unknown as Temporal.Instant
const origin = process.env['STRANGER_ORIGIN'] ?? ''
const keys = [await generateCryptoKeyPair('RSASSA-PKCS1-v1_5'), await generateCryptoKeyPair('Ed25519')]
const followers = new Map<string, Recipient>()
const following = new Set<string>()
const notes = new Map<string, Note>()
const events: StrangerEvent[] = []

const federation = createFederation<void>({
  kv: new MemoryKvStore(),
  queue: new InProcessMessageQueue({ pollInterval: { milliseconds: 20 } }),
  allowPrivateAddress: true,
})
federation
  .setActorDispatcher('/users/{identifier}', async (context, identifier) => {
    if (identifier !== NAME) return null
    const pairs = await context.getActorKeyPairs(identifier)
    return new Person({
      id: context.getActorUri(identifier),
      preferredUsername: identifier,
      name: 'Fay',
      inbox: context.getInboxUri(identifier),
      endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
      followers: context.getFollowersUri(identifier),
      publicKey: pairs[0]?.cryptographicKey ?? null,
      assertionMethods: pairs.map((pair) => pair.multikey),
    })
  })
  .setKeyPairsDispatcher((_context, identifier) => (identifier === NAME ? keys : []))
federation.setFollowersDispatcher('/users/{identifier}/followers', () => ({ items: [...followers.values()] }))
federation.setObjectDispatcher(Note, '/users/{identifier}/notes/{id}', (context, values) => {
  return notes.get(context.getObjectUri(Note, values).href) ?? null
})

const tell = async (kind: string, activity: Activity, objectUri: URL | null): Promise<void> => {
  const object = await activity.getObject({ suppressError: true })
  const content = object instanceof Note ? { content: String(object.content) } : {}
  events.push({
    kind,
    actorUri: activity.actorId?.href ?? null,
    objectUri: objectUri?.href ?? null,
    ...content,
  })
}
federation
  .setInboxListeners('/users/{identifier}/inbox', '/inbox')
  .on(Follow, async (context, follow) => {
    const actor = await follow.getActor(context)
    if (!isActor(actor) || actor.id === null || follow.id === null) return
    followers.set(actor.id.href, actor)
    await tell('follow', follow, follow.objectId)
    const accept = new Accept({
      id: new URL(`#accepts/${followers.size}-${Date.now()}`, context.getActorUri(NAME)),
      actor: context.getActorUri(NAME),
      object: follow,
    })
    await context.sendActivity({ identifier: NAME }, actor, accept)
  })
  .on(Accept, async (_context, accept) => {
    if (accept.actorId !== null) following.add(accept.actorId.href)
    await tell('accept', accept, accept.objectId)
  })
  .on(Create, async (_context, create) => tell('create', create, create.objectId))
  .on(Update, async (_context, update) => tell('update', update, update.objectId))
  .on(Delete, async (_context, deletion) => tell('delete', deletion, deletion.objectId))
  .on(Like, async (_context, like) => tell('like', like, like.objectId))
  .on(Announce, async (_context, announce) => tell('announce', announce, announce.objectId))
  .on(Undo, async (context, undo) => {
    const object = await undo.getObject(context)
    if (object instanceof Follow && undo.actorId !== null) followers.delete(undo.actorId.href)
    events.push({
      kind: 'undo',
      actorUri: undo.actorId?.href ?? null,
      objectUri:
        object instanceof Like || object instanceof Announce ? (object.objectId?.href ?? null) : null,
    })
  })

const context = (): Context<void> => federation.createContext(new URL(origin), undefined)
let activities = 0
const head = () => ({
  id: new URL(`#activities/${(activities += 1)}`, context().getActorUri(NAME)),
  actor: context().getActorUri(NAME),
})
const everybody = () => ({ to: PUBLIC_COLLECTION, cc: context().getFollowersUri(NAME) })

async function recipientOf(uri: string): Promise<Recipient> {
  const found = await context().lookupObject(uri)
  if (!isActor(found)) throw new Error(`${uri} is no actor here`)
  return found
}

async function authorOf(uri: string): Promise<Recipient> {
  const loader = await context().getDocumentLoader({ identifier: NAME })
  const found = await context().lookupObject(uri, { documentLoader: loader })
  const author = found instanceof Note ? await found.getAttribution() : null
  if (!isActor(author)) throw new Error(`${uri} has no author here`)
  return author
}

async function publish(activity: Activity, to: readonly Recipient[] = []): Promise<void> {
  const recipients = new Map([...followers, ...to.map((one) => [one.id?.href ?? '', one] as const)])
  await context().sendActivity({ identifier: NAME }, [...recipients.values()], activity, {
    preferSharedInbox: true,
  })
}

async function write(text: string, parent: string | null): Promise<string> {
  const id = context().getObjectUri(Note, { identifier: NAME, id: String(notes.size + 1) })
  const note = new Note({
    id,
    attribution: context().getActorUri(NAME),
    content: `<p>${text}</p>`,
    published: now(),
    ...everybody(),
    ...(parent === null ? {} : { replyTarget: new URL(parent) }),
  })
  notes.set(id.href, note)
  const to = parent === null ? [] : [await authorOf(parent)]
  const tos = [PUBLIC_COLLECTION, ...to.flatMap((one) => one.id ?? [])]
  const addressed = note.clone({ tos })
  await publish(new Create({ ...head(), object: addressed, tos }), to)
  return id.href
}

const sent = new Map<string, Activity>()
async function act(uri: string, activity: Activity): Promise<void> {
  sent.set(`${activity.constructor.name} ${uri}`, activity)
  await publish(activity, [await authorOf(uri)])
}
async function takeBack(uri: string, kind: string): Promise<void> {
  const activity = sent.get(`${kind} ${uri}`)
  if (activity === undefined) throw new Error(`there is no ${kind} of ${uri}`)
  await publish(new Undo({ ...head(), object: activity }), [await authorOf(uri)])
}

async function answer(incoming: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const headers = new Headers()
  for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2)
    headers.append(incoming.rawHeaders[at] ?? '', incoming.rawHeaders[at + 1] ?? '')
  const method = incoming.method ?? 'GET'
  const body = method === 'POST' ? { body: Buffer.concat(chunks) } : {}
  const request = new Request(new URL(incoming.url ?? '/', origin), { method, headers, ...body })
  return federation.fetch(request, { contextData: undefined })
}

const server = createServer((incoming, outgoing) => {
  void answer(incoming)
    .catch((error: unknown) => new Response(String(error), { status: 500 }))
    .then(async (response) => {
      outgoing.writeHead(response.status, Object.fromEntries(response.headers))
      outgoing.end(Buffer.from(await response.arrayBuffer()))
    })
}).listen(0, '127.0.0.1', () => {
  takeCalls((server.address() as AddressInfo).port, {
    actorUri: async () => context().getActorUri(NAME).href,
    events: async () => events,
    follow: async (uri: string) => {
      const target = await recipientOf(uri)
      const follow = new Follow({ ...head(), object: target.id, to: target.id })
      sent.set(`Follow ${uri}`, follow)
      await context().sendActivity({ identifier: NAME }, target, follow)
    },
    unfollow: async (uri: string) => {
      const follow = sent.get(`Follow ${uri}`)
      if (follow === undefined) throw new Error(`${uri} is not followed`)
      await context().sendActivity(
        { identifier: NAME },
        await recipientOf(uri),
        new Undo({ ...head(), object: follow }),
      )
      following.delete(uri)
    },
    isFollowing: async (uri: string) => following.has(uri),
    isFollowedBy: async (uri: string) => followers.has(uri),
    write: async (text: string) => write(text, null),
    reply: async (uri: string, text: string) => write(text, uri),
    like: async (uri: string) => act(uri, new Like({ ...head(), object: new URL(uri) })),
    unlike: async (uri: string) => takeBack(uri, 'Like'),
    boost: async (uri: string) => act(uri, new Announce({ ...head(), object: new URL(uri), ...everybody() })),
    unboost: async (uri: string) => takeBack(uri, 'Announce'),
    edit: async (uri: string, text: string) => {
      const note = notes.get(uri)?.clone({ content: `<p>${text}</p>`, updated: now() })
      if (note === undefined) throw new Error(`there is no note ${uri}`)
      notes.set(uri, note)
      await publish(new Update({ ...head(), object: note, ...everybody() }))
    },
    remove: async (uri: string) => {
      notes.delete(uri)
      await publish(new Delete({ ...head(), object: new Tombstone({ id: new URL(uri) }), ...everybody() }))
    },
  })
})
