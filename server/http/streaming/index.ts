/** Live streams: server-sent events and one multiplexed web socket. */
import type { IncomingMessage } from 'node:http'
import fastifyWebsocket from '@fastify/websocket'
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { getList } from '../../domain/lists/lists.ts'
import { OPEN, actorIdOf, bearerToken, forUser, guardRoutes } from '../client-api/access.ts'
import { type ClientApiOptions, openApi } from '../client-api/api.ts'
import { openToOrigins } from '../client-api/cors.ts'
import { describeRoutes } from '../client-api/openapi/catalogue.ts'
import type { HttpContext } from '../http-context.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import { liveProbes } from '../probe/live-probes.ts'
import { isProbeSocket } from '../probe/probe-socket.ts'
import {
  type StreamName,
  type Subscription,
  isStreamName,
  scopeOfStream,
  subscriptionOf,
} from './channels.ts'
import { openEventStream } from './event-stream.ts'
import { StreamHub } from './hub.ts'
import { openWebSocket } from './web-socket.ts'

const MOST_STREAMS = 300
const MOST_MESSAGE_BYTES = 4_096

/** Paths of server-sent events. */
const PATHS: Readonly<Record<string, StreamName>> = {
  user: 'user',
  'user/notification': 'user:notification',
  public: 'public',
  'public/local': 'public:local',
  'public/remote': 'public:remote',
  hashtag: 'hashtag',
  'hashtag/local': 'hashtag:local',
  list: 'list',
  direct: 'direct',
}

interface StreamQuery {
  readonly stream?: string
  readonly tag?: string
  readonly list?: string
  readonly access_token?: string
  readonly only_media?: string
}

export function streamingRoutes(context: HttpContext, { listener }: ClientApiOptions): FastifyPluginAsync {
  return async (app) => {
    const hub = new StreamHub(await openApi(context, listener))
    app.addHook('onClose', async () => hub.close())
    // Before every hook that may refuse: it closes the sockets of upgrades that came to nothing.
    await app.register(fastifyWebsocket, { options: { maxPayload: MOST_MESSAGE_BYTES } })
    Object.assign(app.server, { shouldUpgradeCallback: isStreamUpgrade })
    answerAs(app, 'private')
    // A refused socket says that it was asked for: whoever checks a proxy sees that the request came whole.
    app.addHook('onRequest', async (request, reply) => {
      if (isStreamUpgrade(request.raw)) void reply.header('sec-websocket-version', '13')
    })
    if (listener === 'public') describeRoutes(app, context)
    if (listener === 'public') openToOrigins(app)
    guardRoutes(app, context, listener, { tokenOf: streamToken, checkSession: requireOwnOrigin })
    app.get('/api/v1/streaming/health', OPEN, async (_request, reply) => reply.type('text/plain').send('OK'))
    eventStreams(app, hub)
    webSockets(app, hub)
    if (listener === 'public') await app.register(async (probing) => liveProbes(probing, context))
  }
}

function eventStreams(app: FastifyInstance, hub: StreamHub): void {
  for (const [path, name] of Object.entries(PATHS)) {
    // A HEAD would take a place and never end.
    const options = { ...forUser(scopeOfStream(name)), exposeHeadRoute: false }
    app.get(`/api/v1/streaming/${path}`, options, async (request, reply) => {
      if (hub.size >= MOST_STREAMS) throw new HomebirdError('UNAVAILABLE', `${MOST_STREAMS} streams are open`)
      const subscription = requireSubscription(request, withMedia(request, name))
      const { name: stream, parameter } = subscription
      if (stream === 'list') await getList(hub.api.context.db, actorIdOf(request), parameter ?? '')
      openEventStream(hub, request, reply, subscription)
      return reply
    })
  }
  app.get('/api/v1/streaming/*', OPEN, async () => {
    throw new HomebirdError('BAD_REQUEST', 'no such stream', { safe: 'Unknown channel requested' })
  })
}

function webSockets(app: FastifyInstance, hub: StreamHub): void {
  for (const path of ['/api/v1/streaming', '/api/v1/streaming/']) {
    const options = { ...forUser(['read:statuses', 'read:notifications']), websocket: true as const }
    app.get(path, options, (socket, request) => {
      const { access } = request
      if (access === null || hub.size >= MOST_STREAMS) return socket.close(1_013)
      const { tag, list } = queryOf(request)
      const stream = textOf(queryOf(request).stream) ?? ''
      const first = { type: 'subscribe', stream, tag: textOf(tag), list: textOf(list) } as const
      return openWebSocket(hub, socket, access, stream === '' ? null : first)
    })
  }
}

/** Any other request that offers an upgrade is answered as if it did not: HTTP allows that. */
function isStreamUpgrade(request: IncomingMessage): boolean {
  const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket'
  if (!isWebSocket) return false
  return /^\/api\/v1\/streaming\/?(?:\?|$)/.test(request.url ?? '') || isProbeSocket(request)
}

const queryOf = (request: FastifyRequest): StreamQuery => request.query as StreamQuery

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Browsers can set no header on a stream: the token may stand in the address or as the protocol of the socket. */
function streamToken(request: FastifyRequest): string | null {
  const protocol = request.headers['sec-websocket-protocol']?.split(',')[0]?.trim()
  const named = textOf(queryOf(request).access_token)
  return bearerToken(request) ?? (named === '' ? null : named) ?? (protocol === '' ? null : protocol) ?? null
}

/** A socket that carries a cookie must come from a page of this listener: cookies know no origin. @see security rule 79 */
function requireOwnOrigin(request: FastifyRequest): void {
  if (request.headers.upgrade === undefined) return
  const { origin, host } = request.headers
  if (origin === `${request.protocol}://${host}`) return
  throw new HomebirdError('FORBIDDEN', `a socket with a session came from ${String(origin).slice(0, 100)}`)
}

/** `only_media` makes another stream of a public one. */
function withMedia(request: FastifyRequest, name: StreamName): StreamName {
  const isAsked = ['true', '1', 'on'].includes(textOf(queryOf(request).only_media) ?? '')
  const media = `${name}:media`
  return isAsked && isStreamName(media) ? media : name
}

function requireSubscription(request: FastifyRequest, name: StreamName): Subscription {
  const { tag, list } = queryOf(request)
  const subscription = subscriptionOf(name, { tag: textOf(tag), list: textOf(list) })
  if (typeof subscription !== 'string') return subscription
  throw new HomebirdError('BAD_REQUEST', `the stream ${name} needs a parameter`, { safe: subscription })
}
