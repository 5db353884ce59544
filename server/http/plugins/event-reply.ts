/** An answer that stays open for server-sent events. @see HTML 9.2 */
import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { PRIVATE } from './answer-table.ts'

/** A reader who is this far behind is let go. */
const MOST_BUFFERED_BYTES = 1_048_576

export interface EventReply {
  readonly raw: ServerResponse
  /** Whole lines as they go out; nothing to a reader who has left, and the end for one who is too far behind. */
  readonly write: (text: string) => void
}

/** Takes the answer over. Null where the reader has left already: they will not be heard leaving again. */
export function openEventReply(reply: FastifyReply): EventReply | null {
  reply.hijack()
  const { raw } = reply
  if (raw.destroyed) return null
  raw.on('error', () => raw.destroy())
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
  return {
    raw,
    write(text) {
      if (raw.writableEnded || raw.destroyed) return
      if (raw.writableLength > MOST_BUFFERED_BYTES) raw.destroy()
      else raw.write(text)
    },
  }
}
