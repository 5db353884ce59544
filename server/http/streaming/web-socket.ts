/** Streams over one web socket: any number of subscriptions, opened and closed by messages. */
import type { WebSocket } from '@fastify/websocket'
import type { StreamMessage } from '../../contracts/stream-event.ts'
import { coversScope } from '../../domain/oauth/scopes.ts'
import type { Access } from '../client-api/access.ts'
import { type Subscription, isStreamName, labelOf, scopeOfStream, subscriptionOf } from './channels.ts'
import type { StreamClient, StreamHub } from './hub.ts'

const MOST_BUFFERED_BYTES = 1_048_576
const MOST_SUBSCRIPTIONS = 50

interface Order {
  readonly type: 'subscribe' | 'unsubscribe'
  readonly stream: string
  readonly tag?: string | undefined
  readonly list?: string | undefined
}

/** @param first  from the address of the socket; null where the client subscribes by messages alone */
export function openWebSocket(
  hub: StreamHub,
  socket: WebSocket,
  access: Access,
  first: Subscription | null,
): void {
  const subscriptions: Subscription[] = first === null ? [] : [first]
  const leave = hub.add(clientOf(socket, access, subscriptions))
  socket.on('message', (data: Buffer) => {
    const flaw = obey(access, subscriptions, data.toString('utf8'))
    if (flaw !== null) socket.send(JSON.stringify({ error: flaw, status: 400 }))
  })
  socket.once('close', leave)
  socket.on('error', () => socket.terminate())
}

/** @returns what is wrong with the order, or null */
function obey(access: Access, subscriptions: Subscription[], text: string): string | null {
  const order = parseOrder(text)
  if (order === null) return 'The message was not understood'
  if (!isStreamName(order.stream)) return 'Unknown stream type'
  const subscription = subscriptionOf(order.stream, order.tag, order.list)
  if (subscription === null) return 'Missing stream parameter'
  const place = subscriptions.findIndex((one) => labelOf(one).join() === labelOf(subscription).join())
  if (order.type === 'unsubscribe') {
    if (place !== -1) subscriptions.splice(place, 1)
    return null
  }
  if (!mayStream(access, subscription)) return 'Access token does not have the required scopes'
  if (subscriptions.length >= MOST_SUBSCRIPTIONS) return 'Too many subscriptions'
  if (place === -1) subscriptions.push(subscription)
  return null
}

export function mayStream({ grant }: Access, { name }: Subscription): boolean {
  return grant === null || coversScope(grant.scopes, scopeOfStream(name))
}

function parseOrder(text: string): Order | null {
  try {
    const order = (JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>
    const { type, stream, tag, list } = order
    if (type !== 'subscribe' && type !== 'unsubscribe') return null
    if (!isText(stream, 60) || !isAbsentOrText(tag, 200) || !isAbsentOrText(list, 40)) return null
    return { type, stream, tag, list }
  } catch {
    return null // not JSON; the client is told
  }
}

function isText(value: unknown, mostLetters: number): value is string {
  return typeof value === 'string' && value.length <= mostLetters
}

function isAbsentOrText(value: unknown, mostLetters: number): value is string | undefined {
  return value === undefined || isText(value, mostLetters)
}

function clientOf(socket: WebSocket, access: Access, subscriptions: readonly Subscription[]): StreamClient {
  return {
    access,
    subscriptions,
    send(label, event, payload) {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > MOST_BUFFERED_BYTES) return socket.terminate()
      const message: StreamMessage = { stream: [...label], event, ...(payload === null ? {} : { payload }) }
      socket.send(JSON.stringify(message))
    },
    ping() {
      if (socket.readyState === socket.OPEN) socket.ping()
    },
    end: () => socket.close(1_001),
  }
}
