/** An answer that is the same for everybody, as ready bytes, and how it is sent: whole, or as 304 to whoever has it. */
import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Outcome } from '../plugins/answer-table.ts'

/**
 * What an answer shows, and so what drops it; the triggers of migration 0026 tell of each as it changes.
 * `post`: an own post, its quotes, its own replies. `thread`: own posts of a conversation. `actor`: what an identity says of
 * itself, its keys. `posts-of`: what it has written, boosted, pinned. `follows-of`: whom it follows and who follows it.
 * `hashtag`: own posts under a hashtag, by its key. `home`: its settings and texts, which identities there are. `identities`:
 * what any of them says of itself, such as whether it wants to be found.
 */
export type AnswerTag =
  | `${'post' | 'thread' | 'actor' | 'posts-of' | 'follows-of' | 'hashtag'}:${string}`
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
    etag: `W/"${hash('sha256', body, 'base64url').slice(0, 22)}"`,
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
  if (answer.status === 200 && hasIt(request, answer)) return reply.code(304).send()
  return reply.code(answer.status).header('content-type', answer.contentType).send(answer.body)
}

/** The tag decides where one is sent; tags are compared weakly. @see RFC 9110 13.1 */
function hasIt(
  { headers }: FastifyRequest,
  { etag, lastModified }: Pick<ReadyAnswer, 'etag' | 'lastModified'>,
): boolean {
  const { 'if-none-match': tags, 'if-modified-since': since } = headers
  if (tags !== undefined) {
    return tags.split(',').some((tag) => tag.trim() === '*' || `W/${tag.trim().replace(/^W\//, '')}` === etag)
  }
  if (since === undefined || lastModified === null) return false
  return Date.parse(since) >= Date.parse(lastModified)
}
