/** The only place in the window that speaks HTTP, besides the stream: relative addresses, JSON, the session's cookie. */
import { WINDOW_HEADER } from '../../server/contracts/owner-api.ts'
import { ApiFailure, kindOfStatus } from './failure.ts'
import { type PageLinks, parseLinkHeader } from './link-header.ts'

export type QueryValue = string | number | boolean | readonly string[] | undefined

export interface RequestOptions {
  readonly query?: Readonly<Record<string, QueryValue>>
  /** Sent as JSON; a form and a file go as they are. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** The whole exchange, where it may take longer than usual. */
  readonly timeoutMs?: number
  /** Goes out though the page is being closed; its body is at most 64 kB then. */
  readonly keepalive?: boolean
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly links: PageLinks
}

/** A page whose entries are not one bare list. */
export interface LinkedBody<T> {
  readonly body: T
  readonly links: PageLinks
}

interface Answer<T> {
  readonly body: T
  readonly headers: Headers
}

export interface ApiClient {
  get<T>(path: string, options?: RequestOptions): Promise<T>
  /** With the headers of the answer. */
  getAnswer<T>(path: string, options?: RequestOptions): Promise<Answer<T>>
  getLinked<T>(path: string, options?: RequestOptions): Promise<LinkedBody<T>>
  /** What the answer holds, whatever it is: for files that are saved. */
  getFile(path: string, options?: RequestOptions): Promise<Blob>
  getPage<T>(path: string, options?: RequestOptions): Promise<Page<T>>
  post<T>(path: string, options?: RequestOptions): Promise<T>
  put<T>(path: string, options?: RequestOptions): Promise<T>
  patch<T>(path: string, options?: RequestOptions): Promise<T>
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
  const getAnswer: ApiClient['getAnswer'] = async <T>(path: string, options?: RequestOptions) => {
    const answer = await send('GET', path, options)
    return { body: await read<T>(answer), headers: answer.headers }
  }
  const getLinked = async <T>(path: string, options?: RequestOptions): Promise<LinkedBody<T>> => {
    const { body, headers } = await getAnswer<T>(path, options)
    return { body, links: parseLinkHeader(headers.get('link')) }
  }
  return {
    get: async (path, options) => read(await send('GET', path, options)),
    getAnswer,
    getLinked,
    getFile: async (path, options) => {
      const answer = await send('GET', path, options)
      try {
        return await answer.blob()
      } catch (cause) {
        throw new ApiFailure('offline', { status: null, detail: 'the file came only in part', cause })
      }
    },
    getPage: async <T>(path: string, options?: RequestOptions): Promise<Page<T>> => {
      const { body: items, links } = await getLinked<T[]>(path, options)
      return { items, links }
    },
    post: async (path, options) => read(await send('POST', path, options)),
    put: async (path, options) => read(await send('PUT', path, options)),
    patch: async (path, options) => read(await send('PATCH', path, options)),
    delete: async (path, options) => read(await send('DELETE', path, options)),
  }
}

async function exchange(
  fetch: typeof globalThis.fetch,
  method: string,
  path: string,
  { query, body, headers, signal, keepalive = false, timeoutMs: ownTimeoutMs }: RequestOptions,
  usualTimeoutMs: number,
): Promise<Response> {
  const timeout = AbortSignal.timeout(ownTimeoutMs ?? usualTimeoutMs)
  try {
    return await fetch(`${path}${queryString(query)}`, {
      method,
      credentials: 'same-origin',
      keepalive,
      headers: {
        accept: 'application/json',
        [WINDOW_HEADER]: '1',
        ...(body === undefined || isSentAsItIs(body) ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isSentAsItIs(body) ? body : JSON.stringify(body) }),
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    })
  } catch (cause) {
    if (signal?.aborted === true) throw cause
    const detail = cause instanceof Error ? cause.message : String(cause)
    throw new ApiFailure('offline', { status: null, detail, cause })
  }
}

const isSentAsItIs = (body: unknown): body is FormData | Blob =>
  body instanceof FormData || body instanceof Blob

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
    body: facts,
    ...(typeof facts['fields'] === 'object' && facts['fields'] !== null ? { fields: facts['fields'] } : {}),
    ...(Number.isFinite(seconds) ? { retryAfterSeconds: seconds } : {}),
  })
}
