/**
 * Carries requests to the provider of storage that the owner has chosen: an address from the settings, which may be of the
 * same house, so it is not judged as the addresses of strangers are. Bodies come as they are read, never whole in memory.
 */
import { Readable } from 'node:stream'
import type { Agent } from 'undici'

export interface StorageRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE' | 'PROPFIND' | 'MKCOL' | 'MOVE'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | Readable
  /** From the beginning to the head of the answer; of a body that is read as it is sent, from its last piece. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

export interface StorageAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** To be read or destroyed. */
  readonly body: Readable
}

export interface StorageExchange {
  /** @throws the errors of the socket, and an Error for an answer that did not begin in time */
  send(request: StorageRequest): Promise<StorageAnswer>
  close(): Promise<void>
}

const CONNECT_MS = 10_000
/** Between two pieces of an answer. */
const IDLE_BODY_MS = 30_000
const CONNECTIONS = 16

export function createStorageExchange(): StorageExchange {
  let agent: Agent | null = null
  return {
    async send({ method, url, headers, body, timeoutMs, signal }) {
      // Loaded by the first request: it is big, and most homes keep their files in a folder.
      agent ??= new (await import('undici')).Agent({
        connections: CONNECTIONS,
        connect: { timeout: CONNECT_MS },
        headersTimeout: 0,
        bodyTimeout: IDLE_BODY_MS,
      })
      const tooLate = new AbortController()
      const timer = setTimeout(() => tooLate.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
      const sent = body instanceof Readable ? Readable.from(moving(body, timer)) : (body ?? null)
      try {
        const answer = await agent.request({
          origin: url.origin,
          path: url.pathname + url.search,
          method,
          headers,
          body: sent,
          signal: signal === undefined ? tooLate.signal : AbortSignal.any([tooLate.signal, signal]),
        })
        return { status: answer.statusCode, headers: flat(answer.headers), body: answer.body }
      } finally {
        clearTimeout(timer)
      }
    },
    close: async () => agent?.destroy(),
  }
}

/** Each piece that is taken puts the limit off. */
async function* moving(body: Readable, timer: NodeJS.Timeout): AsyncGenerator {
  for await (const piece of body) {
    timer.refresh()
    yield piece
  }
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
}
