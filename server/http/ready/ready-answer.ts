/** An answer that is the same for everybody, as ready bytes, and how it is sent: whole, or as 304 to whoever has it. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Outcome } from '../plugins/answer-table.ts'
import { hasIt, weakTag } from '../plugins/validators.ts'

/**
 * What an answer shows, and so what drops it; the triggers of migration 0026 tell of each as it changes.
 * `post`: an own post, its quotes, its own replies. `thread`: own posts of a conversation. `actor`: what an identity says of
 * itself, its keys. `posts-of`: what it has written, boosted, pinned. `follows-of`: whom it follows and who follows it.
 * `blocks-of`: between whom and it there is a block.
 * `hashtag`: own posts under a hashtag, by its key. `home`: its settings and texts, which identities there are. `identities`:
 * what any of them says of itself, such as whether it wants to be found.
 */
export type AnswerTag =
  | `${'post' | 'thread' | 'actor' | 'posts-of' | 'follows-of' | 'blocks-of' | 'hashtag'}:${string}`
  | 'home'
  | 'identities'

export interface ReadyAnswer {
  readonly status: 200 | 410
  readonly contentType: string
  readonly outcome: Outcome
  readonly body: Buffer
  /** Weak: edges change the encoding. */
  readonly etag: string
  readonly lastModified: string | null
  /** Others that belong to it, such as a content policy. */
  readonly headers: Readonly<Record<string, string>>
  readonly tags: readonly AnswerTag[]
}

export interface AnswerParts {
  readonly status?: 200 | 410
  readonly contentType: string
  /** Public unless said otherwise. */
  readonly outcome?: Outcome
  /** Bytes and text as they are, anything else as JSON. */
  readonly document: object | string | Buffer
  readonly modifiedAt?: Date | null
  readonly headers?: Readonly<Record<string, string>>
  /** Everything that it shows; what is not named is shown as it was for up to a minute. */
  readonly tags: readonly AnswerTag[]
}

export function readyAnswer(parts: AnswerParts): ReadyAnswer {
  const { document, modifiedAt } = parts
  const body = Buffer.isBuffer(document)
    ? document
    : Buffer.from(typeof document === 'string' ? document : JSON.stringify(document))
  return {
    status: parts.status ?? 200,
    contentType: parts.contentType,
    outcome: parts.outcome ?? 'public',
    body,
    etag: weakTag(body),
    lastModified: modifiedAt?.toUTCString() ?? null,
    headers: parts.headers ?? {},
    tags: parts.tags,
  }
}

/** Sends it, or 304 where the reader has it already. Not to be awaited: a reply is a promise of its own end. */
export function sendReady(request: FastifyRequest, reply: FastifyReply, answer: ReadyAnswer): FastifyReply {
  reply.outcome = answer.outcome
  void reply.headers(answer.headers).header('etag', answer.etag)
  if (answer.lastModified !== null) void reply.header('last-modified', answer.lastModified)
  if (answer.status === 200 && hasIt(request, answer.etag, answer.lastModified)) return reply.code(304).send()
  return reply.code(answer.status).header('content-type', answer.contentType).send(answer.body)
}
