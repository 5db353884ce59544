/**
 * What a page of the window asks of its home, and what it is given of the answer: headers by list in one direction, bytes as
 * they come in both. No cookie passes, neither there nor back.
 */
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { WINDOW_HEADERS } from '../../server/contracts/window-bundle.ts'
import { IDENTITY_HEADER, WINDOW_HEADER } from '../../server/contracts/owner-api.ts'
import type { HomeRequest } from './private-line.ts'

/** All that the window says of itself; who it is and where it comes from, the shell says. */
const ASKED_HEADERS = [
  'accept',
  'accept-language',
  'content-length',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'last-event-id',
  'range',
  'user-agent',
  WINDOW_HEADER,
  IDENTITY_HEADER,
]

/** Of one hop, or of the session, or of a place that is not the window's. */
const KEPT_BACK: ReadonlySet<string> = new Set([
  'access-control-allow-credentials',
  'access-control-allow-origin',
  'alt-svc',
  'clear-site-data',
  'connection',
  'keep-alive',
  'location',
  'proxy-authenticate',
  'refresh',
  'set-cookie',
  'strict-transport-security',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
])

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])

export const isMethod = (method: string): boolean => METHODS.has(method)

export function homeRequestOf(request: Request, url: URL): HomeRequest {
  const headers: Record<string, string> = {}
  for (const name of ASKED_HEADERS) {
    const value = request.headers.get(name)
    if (value !== null) headers[name] = value
  }
  const { body } = request
  return {
    method: request.method,
    path: `${url.pathname}${url.search}`,
    headers,
    body: body === null ? null : Readable.fromWeb(body),
    signal: request.signal,
  }
}

/** Answers that have no body, by their status. */
const EMPTY: ReadonlySet<number> = new Set([204, 205, 304])

/** A page that lets go of the answer lets go of the home, and a home that breaks off breaks the answer off. */
export function answerOf(method: string, answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 502
  if (status < 200 || (status >= 300 && status < 400 && status !== 304)) {
    answer.destroy()
    return refusal(502, 'The home answered with something that the window does not follow.')
  }
  const headers = headersOf(answer)
  if (method === 'HEAD' || EMPTY.has(status)) {
    answer.resume()
    return new Response(null, { status, headers })
  }
  return new Response(Readable.toWeb(answer), {
    status,
    headers,
  })
}

function headersOf(answer: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(answer.headersDistinct)) {
    if (KEPT_BACK.has(name)) continue
    for (const value of values) headers.append(name, value)
  }
  headers.set('x-content-type-options', 'nosniff')
  headers.set('cross-origin-resource-policy', 'same-origin')
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', FOR_NO_PAGE)
  return headers
}

/** What comes from the home is no page of the window, whatever it says. */
const FOR_NO_PAGE = "default-src 'none'; frame-ancestors 'none'; sandbox"

/** In the shape in which the home tells of its own failures. */
export function refusal(
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify({ error }), {
    status,
    headers: {
      ...WINDOW_HEADERS,
      'content-type': 'application/json; charset=utf-8',
      'content-security-policy': FOR_NO_PAGE,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
  })
}
