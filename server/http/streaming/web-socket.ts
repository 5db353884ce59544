/** Streams over one web socket: any number of subscriptions, opened and closed by messages. */
import type { WebSocket } from '@fastify/websocket'
import type { StreamMessage } from '../../contracts/stream-event.ts'
import { describeError, isHomebirdError } from '../../core/errors.ts'
import { getList } from '../../domain/lists/lists.ts'
import { coversScope } from '../../domain/oauth/scopes.ts'
import type { Access } from '../client-api/access.ts'
import { type Subscription, isSameStream, isStreamName, scopeOfStream, subscriptionOf } from './channels.ts'
import type { StreamClient, StreamHub } from './hub.ts'

const MOST_BUFFERED_BYTES = 1_048_576
const MOST_SUBSCRIPTIONS = 50
/** Orders that wait for the one before them; beyond it the client is let go. */
const MOST_WAITING = 100

export interface Order {
  readonly type: 'subscribe' | 'unsubscribe'
  readonly stream: string
  readonly tag?: string | undefined
  readonly list?: string | undefined
}

/** How an order was refused. */
interface Refusal {
  readonly error: string
  readonly status: number
}

/** @param first  from the address of the socket; null where the client subscribes by messages alone */
export function openWebSocket(hub: StreamHub, socket: WebSocket, access: Access, first: Order | null): void {
  const subscriptions: Subscription[] = []
  const client = new SocketClient(socket, access, subscriptions)
  const leave = hub.add(client)
  let line = Promise.resolve()
  let waiting = 0
  const obeyInLine = (order: Order | null): void => {
    if (waiting >= MOST_WAITING) return socket.close(1_008)
    waiting += 1
    line = line.then(async () => {
      const refusal = await obey(hub, access, subscriptions, order)
      waiting -= 1
      if (refusal !== null && socket.readyState === socket.OPEN) socket.send(JSON.stringify(refusal))
    })
  }
  if (first !== null) obeyInLine(first)
  socket.on('message', (data: Buffer) => obeyInLine(parseOrder(data.toString('utf8'))))
  socket.once('close', leave)
  socket.on('error', () => socket.terminate())
}

/** @returns null where the order was obeyed */
async function obey(
  hub: StreamHub,
  access: Access,
  subscriptions: Subscription[],
  order: Order | null,
): Promise<Refusal | null> {
  if (order === null) return { error: 'The message was not understood', status: 400 }
  if (!isStreamName(order.stream)) return { error: 'Unknown stream type', status: 400 }
  const subscription = subscriptionOf(order.stream, order)
  if (typeof subscription === 'string') return { error: subscription, status: 400 }
  const place = subscriptions.findIndex((one) => isSameStream(one, subscription))
  if (order.type === 'unsubscribe') {
    if (place !== -1) subscriptions.splice(place, 1)
    return null
  }
  if (place !== -1) return null
  const refusal = await refuseStream(hub, access, subscription)
  if (refusal !== null) return refusal
  if (subscriptions.length >= MOST_SUBSCRIPTIONS) return { error: 'Too many subscriptions', status: 400 }
  subscriptions.push(subscription)
  return null
}

/** A list of somebody else is refused like one that is not there. @see security rules 64, 66 */
async function refuseStream(
  { api }: StreamHub,
  access: Access,
  { name, parameter }: Subscription,
): Promise<Refusal | null> {
  const { grant, actorId } = access
  if (grant !== null && !coversScope(grant.scopes, scopeOfStream(name))) {
    return { error: 'Access token does not have the required scopes', status: 401 }
  }
  if (name !== 'list') return null
  try {
    await getList(api.context.db, actorId ?? '', parameter ?? '')
    return null
  } catch (error) {
    if (isHomebirdError(error, 'NOT_FOUND'))
      return { error: 'Not authorized to stream this list', status: 401 }
    api.context.log.warn({ event: 'stream.order_failed', error: describeError(error) })
    return { error: 'The home cannot do this right now.', status: 503 }
  }
}

/** @returns null for what is no order */
function parseOrder(text: string): Order | null {
  try {
    const order = (JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>
    const { type, stream, tag, list } = order
    if (type !== 'subscribe' && type !== 'unsubscribe') return null
    if (!isText(stream, 60) || !isAbsentOrText(tag, 200) || !isAbsentOrText(list, 40)) return null
    return { type, stream, tag: tag ?? undefined, list: list ?? undefined }
  } catch {
    return null // not JSON; the client is told
  }
}

function isText(value: unknown, mostLetters: number): value is string {
  return typeof value === 'string' && value.length <= mostLetters
}

function isAbsentOrText(value: unknown, mostLetters: number): value is string | undefined | null {
  return value === undefined || value === null || isText(value, mostLetters)
}

class SocketClient implements StreamClient {
  readonly access: Access
  readonly subscriptions: readonly Subscription[]
  readonly #socket: WebSocket
  #hasAnswered = true

  constructor(socket: WebSocket, access: Access, subscriptions: readonly Subscription[]) {
    this.#socket = socket
    this.access = access
    this.subscriptions = subscriptions
    socket.on('pong', () => {
      this.#hasAnswered = true
    })
  }

  send(label: readonly string[], { event, payload }: Parameters<StreamClient['send']>[1]): void {
    const socket = this.#socket
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > MOST_BUFFERED_BYTES) return socket.terminate()
    const message: StreamMessage = { stream: label, event, ...(payload === null ? {} : { payload }) }
    socket.send(JSON.stringify(message))
  }

  /** Who has not answered the last one is gone, or reads nothing any more. */
  ping(): void {
    if (!this.#hasAnswered) return this.#socket.terminate()
    this.#hasAnswered = false
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping()
  }

  end(): void {
    this.#socket.close(1_001)
  }
}
