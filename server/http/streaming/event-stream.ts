/**
 * A stream as server-sent events. Each carries an id: who comes back with it in `Last-Event-ID` is told what came since, as
 * far as this home remembers it (some thousand events, until it is started again); who was away for longer, or has read
 * nothing yet, reads the timeline anew. Web sockets have no such thing, as on other servers.
 * @see HTML 9.2
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import type { Access } from '../client-api/access.ts'
import { PRIVATE } from '../plugins/answer-table.ts'
import type { Subscription } from './channels.ts'
import type { StreamClient, StreamHub } from './hub.ts'

/** A reader who is this far behind is let go. */
const MOST_BUFFERED_BYTES = 1_048_576

/** Takes the answer over and keeps it open until the reader leaves or the hub ends it. */
export function openEventStream(
  hub: StreamHub,
  request: FastifyRequest,
  reply: FastifyReply,
  subscription: Subscription,
): void {
  const { access } = request
  if (access === null) throw new HomebirdError('INTERNAL', 'a stream was opened without access')
  reply.hijack()
  const { raw } = reply
  // Who left while the token was looked up will not be heard leaving again.
  if (raw.destroyed) return
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': PRIVATE,
    // Proxies that buffer would hold events back.
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  })
  // One line end after a comment: several libraries take an empty line for the end of an event, and miss its name.
  raw.write(':)\n')
  const place = request.headers['last-event-id']
  const leave = hub.add(clientOf(access, subscription, reply), typeof place === 'string' ? place : null)
  raw.once('close', leave)
  raw.on('error', () => raw.destroy())
}

function clientOf(access: Access, subscription: Subscription, { raw }: FastifyReply): StreamClient {
  const write = (text: string): void => {
    if (raw.writableEnded || raw.destroyed) return
    if (raw.writableLength > MOST_BUFFERED_BYTES) raw.destroy()
    else raw.write(text)
  }
  return {
    access,
    subscriptions: [subscription],
    send: (_label, { event, place, payload }) =>
      write(`event: ${event}\nid: ${place}\ndata: ${payload ?? 'undefined'}\n\n`),
    ping: () => write(':thump\n'),
    end: () => raw.end(),
  }
}
