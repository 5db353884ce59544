/**
 * Answers that are the same for everybody, kept as ready bytes: made once however many ask, dropped when what they show
 * changes here, and after a moment in any case, since others' likes and replies count in them too.
 */
import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Listener } from '../../db/listen.ts'
import type { Outcome } from '../plugins/answer-table.ts'

export interface ReadyAnswer {
  readonly status: 200 | 410
  readonly contentType: string
  readonly outcome: Outcome
  readonly body: Buffer
  /** Weak: edges change the encoding. */
  readonly etag: string
  readonly lastModified: string | null
}

export interface AnswerParts {
  readonly status?: 200 | 410
  readonly contentType: string
  /** Public unless said otherwise. */
  readonly outcome?: Outcome
  /** Bytes and text as they are, anything else as JSON. */
  readonly document: object | string | Buffer
  readonly modifiedAt?: Date | null
}

/** What an answer shows, and so what drops it. */
export type AnswerKind = 'actors' | 'posts' | 'feeds' | 'home'

const MAX_ANSWERS = 2_000
const MAX_BYTES = 32 * 1_048_576
const KEPT_MS = 5_000

type Making = Promise<ReadyAnswer | null>

export class ReadyAnswers {
  readonly #answers = new LRUCache<string, ReadyAnswer>({
    max: MAX_ANSWERS,
    maxSize: MAX_BYTES,
    sizeCalculation: ({ body }) => body.length + 512,
    ttl: KEPT_MS,
  })
  readonly #making = new Map<string, Making>()
  readonly #kinds = new Map<AnswerKind, number>()
  readonly #unsubscribe: readonly (() => void)[]

  constructor(listener: Pick<Listener, 'subscribe'>) {
    this.#unsubscribe = [
      listener.subscribe('changed', {
        onNotification: () => this.#dropAll(),
        onConnected: () => this.#dropAll(),
      }),
      // Whoever writes, edits or deletes here has the worker woken in the same transaction.
      listener.subscribe('stator', {
        onNotification: (graph) => {
          if (graph === 'posts' || graph === 'actors') this.#drop(graph)
          if (graph === 'posts' || graph === 'actors') this.#drop('feeds')
          if (graph === 'quote_authorizations') this.#drop('posts')
          if (graph === 'featured_changes') this.#drop('posts')
        },
      }),
    ]
  }

  /** @param make  gives null for what is not there, which is not remembered */
  async get(kind: AnswerKind, name: string, make: () => Making): Making {
    const key = `${kind} ${this.#kinds.get(kind) ?? 0} ${name}`
    const ready = this.#answers.get(key)
    if (ready !== undefined) return ready
    const running = this.#making.get(key)
    if (running !== undefined) return running
    const making = make()
    this.#making.set(key, making)
    try {
      const answer = await making
      if (answer !== null) this.#answers.set(key, answer)
      return answer
    } finally {
      this.#making.delete(key)
    }
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#answers.clear()
  }

  /** The generation is part of the key: an answer that is being made meanwhile is kept where nobody looks. */
  #drop(kind: AnswerKind): void {
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1)
  }

  #dropAll(): void {
    for (const kind of ['actors', 'posts', 'feeds', 'home'] as const) this.#drop(kind)
  }
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
  }
}

/** Sends it, or 304 where the reader has it already. */
export function sendReady(request: FastifyRequest, reply: FastifyReply, answer: ReadyAnswer): FastifyReply {
  reply.outcome = answer.outcome
  void reply.header('etag', answer.etag)
  if (answer.lastModified !== null) void reply.header('last-modified', answer.lastModified)
  if (answer.status === 200 && hasIt(request, answer)) return reply.code(304).send()
  return reply.code(answer.status).header('content-type', answer.contentType).send(answer.body)
}

/** The tag decides where one is sent; tags are compared weakly. @see RFC 9110 13.1 */
function hasIt(request: FastifyRequest, answer: ReadyAnswer): boolean {
  const { 'if-none-match': tags, 'if-modified-since': since } = request.headers
  if (tags !== undefined) {
    return tags
      .split(',')
      .some((tag) => tag.trim() === '*' || `W/${tag.trim().replace(/^W\//, '')}` === answer.etag)
  }
  if (since === undefined || answer.lastModified === null) return false
  return Date.parse(since) >= Date.parse(answer.lastModified)
}
