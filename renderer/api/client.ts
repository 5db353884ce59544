/** The only place in the window that speaks HTTP, besides the stream: relative addresses, JSON, the session's cookie. */
import { WINDOW_HEADER } from '../../server/contracts/owner-api.ts'
import { ApiFailure, kindOfStatus } from './failure.ts'
import { type PageLinks, parseLinkHeader } from './link-header.ts'
import type { ReadyAnswers } from './ready-answers.ts'

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
  /** Asked before the home is, for whatever is only read. */
  readonly readyAnswers?: ReadyAnswers | undefined
  /** Told when an answer says that the session has ended. */
  readonly onSignedOut?: () => void
  /** The whole exchange. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 30_000

/** Every method throws ApiFailure and nothing else, but for the AbortError of the caller's own signal. */
export function createApiClient(parts: ClientOptions): ApiClient {
  const { fetch, readyAnswers, onSignedOut, timeoutMs = TIMEOUT_MS } = parts
  const send = async (method: string, path: string, options: RequestOptions = {}): Promise<Response> => {
    const answer = await exchange(fetch, method, path, options, timeoutMs)
    if (answer.ok) return answer
    const failure = await readFailure(answer)
    if (failure.kind === 'signed_out') onSignedOut?.()
    throw failure
  }
  const ask = async <T>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> => {
    const answer = await send(method, path, options)
    return { body: await readBody<T>(answer, options.signal), headers: answer.headers }
  }
  const getAnswer = async <T>(path: string, options?: RequestOptions): Promise<Answer<T>> => {
    const ready = await readyAnswers?.take(`${path}${queryString(options?.query)}`)
    if (ready !== undefined && ready !== null) return { body: ready.body as T, headers: ready.headers }
    return ask<T>('GET', path, options)
  }
  const bodyOf =
    (method: string) =>
    async <T>(path: string, options?: RequestOptions): Promise<T> =>
      (await ask<T>(method, path, options)).body
  const getLinked = async <T>(path: string, options?: RequestOptions): Promise<LinkedBody<T>> => {
    const { body, headers } = await getAnswer<T>(path, options)
    return { body, links: parseLinkHeader(headers.get('link')) }
  }
  return {
    get: async <T>(path: string, options?: RequestOptions) => (await getAnswer<T>(path, options)).body,
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
      const { body, links } = await getLinked<unknown>(path, options)
      if (!Array.isArray(body))
        throw new ApiFailure('broken', { status: 200, detail: 'the answer is no list' })
      return { items: body.filter(isEntity) as T[], links }
    },
    post: bodyOf('POST'),
    put: bodyOf('PUT'),
    patch: bodyOf('PATCH'),
    delete: bodyOf('DELETE'),
  }
}

/** A body that was cut, or did not come in time, is a line that fell: the same request may work later. */
async function readBody<T>(answer: Response, signal: AbortSignal | undefined): Promise<T> {
  try {
    return (await answer.json()) as T
  } catch (cause) {
    if (signal?.aborted === true) throw cause
    const isNoJson = cause instanceof SyntaxError
    throw new ApiFailure(isNoJson ? 'broken' : 'offline', {
      status: isNoJson ? answer.status : null,
      detail: isNoJson ? 'the answer is not JSON' : 'the answer came only in part',
      cause,
    })
  }
}

/** A gap in a list is nothing that could be shown. */
const isEntity = (item: unknown): boolean => item !== undefined && item !== null

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
      // The home leads nowhere else.
      redirect: 'error',
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
  const seconds = secondsOf(answer.headers.get('retry-after'))
  return new ApiFailure(kindOfStatus(answer.status), {
    status: answer.status,
    detail,
    body: facts,
    ...(typeof facts['fields'] === 'object' && facts['fields'] !== null ? { fields: facts['fields'] } : {}),
    ...(seconds === null ? {} : { retryAfterSeconds: seconds }),
  })
}

/** No limit of the home lasts longer: what says so is not believed. */
const LONGEST_LIMIT_SECONDS = 3_600

/** @returns whole seconds, at least one; null for what is no number of them */
function secondsOf(header: string | null): number | null {
  const seconds = header === null || header.trim() === '' ? Number.NaN : Math.ceil(Number(header))
  return seconds > 0 ? Math.min(seconds, LONGEST_LIMIT_SECONDS) : null
}
