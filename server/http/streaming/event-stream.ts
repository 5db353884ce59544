/**
 * A stream as server-sent events. Each carries an id: who comes back with it in `Last-Event-ID` is told what came since, as
 * far as this home remembers it (some thousand events, until it is started again); who was away for longer, or has read
 * nothing yet, reads the timeline anew. Web sockets have no such thing, as on other servers.
 * @see HTML 9.2
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import type { Access } from '../client-api/access.ts'
import { type EventReply, openEventReply } from '../plugins/event-reply.ts'
import type { Subscription } from './channels.ts'
import type { StreamClient, StreamHub } from './hub.ts'

/** Takes the answer over and keeps it open until the reader leaves or the hub ends it. */
export function openEventStream(
  hub: StreamHub,
  request: FastifyRequest,
  reply: FastifyReply,
  subscription: Subscription,
): void {
  const { access } = request
  if (access === null) throw new HomebirdError('INTERNAL', 'a stream was opened without access')
  const opened = openEventReply(reply)
  if (opened === null) return
  const place = request.headers['last-event-id']
  const client = clientOf(access, subscription, opened)
  opened.raw.once('close', hub.add(client, typeof place === 'string' ? place : null))
}

const clientOf = (access: Access, subscription: Subscription, { raw, write }: EventReply): StreamClient => ({
  access,
  subscriptions: [subscription],
  send: (_label, { event, place, payload }) =>
    write(`event: ${event}\nid: ${place}\ndata: ${payload ?? 'undefined'}\n\n`),
  ping: () => write(':thump\n'),
  end: () => raw.end(),
})
