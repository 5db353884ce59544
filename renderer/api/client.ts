/** The only place in the window that speaks HTTP, besides the stream: relative addresses, JSON, the session's cookie. */
import { WINDOW_HEADER } from '../../server/contracts/owner-api.ts'
import { ApiFailure, kindOfStatus } from './failure.ts'
import { type PageLinks, parseLinkHeader } from './link-header.ts'

export type QueryValue = string | number | boolean | readonly string[] | undefined

export interface RequestOptions {
  readonly query?: Readonly<Record<string, QueryValue>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly links: PageLinks
}

export interface ApiClient {
  get<T>(path: string, options?: RequestOptions): Promise<T>
  getPage<T>(path: string, options?: RequestOptions): Promise<Page<T>>
  post<T>(path: string, options?: RequestOptions): Promise<T>
  delete<T>(path: string, options?: RequestOptions): Promise<T>
}

interface ClientOptions {
  readonly fetch: typeof globalThis.fetch
  /** Told when an answer says that the session has ended. */
  readonly onSignedOut?: () => void
  /** The whole exchange. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 30_000

/** Every method throws ApiFailure and nothing else, but for the AbortError of the caller's own signal. */
export function createApiClient({ fetch, onSignedOut, timeoutMs = TIMEOUT_MS }: ClientOptions): ApiClient {
  const send = async (method: string, path: string, options: RequestOptions = {}): Promise<Response> => {
    const answer = await exchange(fetch, method, path, options, timeoutMs)
    if (answer.ok) return answer
    const failure = await readFailure(answer)
    if (failure.kind === 'signed_out') onSignedOut?.()
    throw failure
  }
  const read = async <T>(answer: Response): Promise<T> => {
    try {
      return (await answer.json()) as T
    } catch (cause) {
      throw new ApiFailure('broken', { status: answer.status, detail: 'the answer is not JSON', cause })
    }
  }
  return {
    get: async (path, options) => read(await send('GET', path, options)),
    getPage: async <T>(path: string, options?: RequestOptions): Promise<Page<T>> => {
      const answer = await send('GET', path, options)
      return { items: await read<T[]>(answer), links: parseLinkHeader(answer.headers.get('link')) }
    },
    post: async (path, options) => read(await send('POST', path, options)),
    delete: async (path, options) => read(await send('DELETE', path, options)),
  }
}

async function exchange(
  fetch: typeof globalThis.fetch,
  method: string,
  path: string,
  { query, body, headers, signal }: RequestOptions,
  timeoutMs: number,
): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    return await fetch(`${path}${queryString(query)}`, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        [WINDOW_HEADER]: '1',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    })
  } catch (cause) {
    if (signal?.aborted === true) throw cause
    const detail = cause instanceof Error ? cause.message : String(cause)
    throw new ApiFailure('offline', { status: null, detail, cause })
  }
}

function queryString(query: RequestOptions['query'] = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    if (Array.isArray(value)) for (const one of value) search.append(`${name}[]`, String(one))
    else search.set(name, String(value))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

async function readFailure(answer: Response): Promise<ApiFailure> {
  const body = await answer.json().catch(() => null)
  const facts = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const detail = typeof facts['error'] === 'string' ? facts['error'] : `HTTP ${answer.status}`
  const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN)
  return new ApiFailure(kindOfStatus(answer.status), {
    status: answer.status,
    detail,
    ...(typeof facts['fields'] === 'object' && facts['fields'] !== null ? { fields: facts['fields'] } : {}),
    ...(Number.isFinite(seconds) ? { retryAfterSeconds: seconds } : {}),
  })
}
