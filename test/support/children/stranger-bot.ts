/**
 * A server of other people's making: the bot framework of Evan Prodromou, on PostgreSQL. It is a real server with an
 * implementation of its own of everything: documents, signatures of both kinds, delivery, threads.
 */
import { createRequire } from 'node:module'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type tls from 'node:tls'
import './stranger-contexts.ts'
// @ts-expect-error -- it carries no types
import { Bot as UntypedBot, makeApp as untypedMakeApp } from '@evanp/activitypub-bot'
import { type StrangerEvent, hostPorts, takeCalls } from './stranger-calls.ts'

/** As much of its objects as is used here. */
interface Thing {
  readonly id: string
  readonly content?: { get(): string }
  readonly attributedTo?: { readonly first?: { readonly id: string } }
  readonly actor?: { readonly first?: { readonly id: string } }
  readonly type?: string
}

interface Context {
  readonly botActorId: string
  getObject(id: string): Promise<Thing>
  sendNote(content: string, options: { to: string[]; cc?: string[] }): Promise<Thing>
  sendReply(content: string, object: Thing): Promise<Thing>
  likeObject(object: Thing): Promise<unknown>
  unlikeObject(object: Thing): Promise<unknown>
  announceObject(object: Thing): Promise<unknown>
  unannounceObject(object: Thing): Promise<unknown>
  followActor(actor: Thing): Promise<unknown>
  unfollowActor(actor: Thing): Promise<unknown>
  updateNote(note: Thing, content: string): Promise<unknown>
  deleteNote(note: Thing): Promise<unknown>
  isFollower(actor: Thing): Promise<boolean>
  isFollowing(actor: Thing): Promise<boolean>
}

type BotClass = new (
  username: string,
  options: object,
) => { readonly _context: Context; readonly username: string }

const BaseBot = UntypedBot as unknown as BotClass
const makeApp = untypedMakeApp as unknown as (options: object) => Promise<(...args: unknown[]) => void>

// Names lead to the fronts of the test: nothing of the framework knows.
const ports = hostPorts()
const secure = createRequire(import.meta.url)('node:tls') as { connect: typeof tls.connect }
const connect = secure.connect.bind(secure)
secure.connect = ((options: tls.ConnectionOptions, ...rest: never[]) => {
  const port = ports.get(String(options.host))
  return port === undefined
    ? connect(options, ...rest)
    : connect({ ...options, servername: String(options.host), host: '127.0.0.1', port }, ...rest)
}) as typeof tls.connect

const events: StrangerEvent[] = []
const note = (kind: string, actorUri: string | undefined, object: Thing | null): void => {
  const content = object?.content?.get()
  events.push({
    kind,
    actorUri: actorUri ?? null,
    objectUri: object?.id ?? null,
    ...(content === undefined ? {} : { content }),
  })
}

class Scribe extends BaseBot {
  async onMention(object: Thing, activity: Thing): Promise<void> {
    note('mention', activity.actor?.first?.id, object)
  }
  async onFollow(actor: Thing): Promise<void> {
    note('follow', actor.id, null)
  }
  async onLike(object: Thing, activity: Thing): Promise<void> {
    note('like', activity.actor?.first?.id, object)
  }
  async onAnnounce(object: Thing, activity: Thing): Promise<void> {
    note('announce', activity.actor?.first?.id, object)
  }
  async onUndoFollow(actor: Thing): Promise<void> {
    note('undo', actor.id, null)
  }
}

const origin = process.env['STRANGER_ORIGIN'] ?? ''
const bot = new Scribe('bot', { fullname: 'A bot', description: 'Made by somebody else' })
const app = await makeApp({
  databaseUrl: process.env['STRANGER_DATABASE'],
  origin,
  bots: { bot },
  allowPrivateNetworkRequests: true,
  logLevel: process.env['STRANGER_LOG'] ?? 'silent',
})
const server = createServer(app as never).listen(0, '127.0.0.1', () => {
  const context = bot._context
  const seen = async (id: string): Promise<Thing> => context.getObject(id)
  takeCalls((server.address() as AddressInfo).port, {
    actorUri: async () => context.botActorId,
    events: async () => events,
    follow: async (uri: string) => void (await context.followActor(await seen(uri))),
    unfollow: async (uri: string) => void (await context.unfollowActor(await seen(uri))),
    isFollowing: async (uri: string) => context.isFollowing(await seen(uri)),
    isFollowedBy: async (uri: string) => context.isFollower(await seen(uri)),
    write: async (text: string) =>
      (
        await context.sendNote(text, {
          to: ['https://www.w3.org/ns/activitystreams#Public'],
          cc: [`${context.botActorId}/followers`],
        })
      ).id,
    reply: async (uri: string, text: string) => (await context.sendReply(text, await seen(uri))).id,
    like: async (uri: string) => void (await context.likeObject(await seen(uri))),
    unlike: async (uri: string) => void (await context.unlikeObject(await seen(uri))),
    boost: async (uri: string) => void (await context.announceObject(await seen(uri))),
    unboost: async (uri: string) => void (await context.unannounceObject(await seen(uri))),
    edit: async (uri: string, text: string) => void (await context.updateNote(await seen(uri), text)),
    remove: async (uri: string) => void (await context.deleteNote(await seen(uri))),
  })
})
