/** Recognises what stands in front of a home by what it adds to answers. Who does not tell is not guessed. */
import type { IncomingHttpHeaders } from 'node:http'

type Sign = readonly [edge: string, isIt: (headers: IncomingHttpHeaders) => boolean]

const has =
  (...names: readonly string[]) =>
  (headers: IncomingHttpHeaders): boolean =>
    names.some((name) => headers[name] !== undefined)
const says =
  (pattern: RegExp, ...names: readonly string[]) =>
  (headers: IncomingHttpHeaders): boolean =>
    names.some((name) => pattern.test(String(headers[name] ?? '')))

/** Networks first, then caches, then servers: who stands in front of all hides who stands behind. */
const SIGNS: readonly Sign[] = [
  ['cloudflare', has('cf-ray', 'cf-cache-status')],
  ['cloudflare', says(/^cloudflare/i, 'server')],
  ['bunny', has('cdn-pullzone', 'cdn-requestid')],
  ['bunny', says(/^bunnycdn/i, 'server')],
  ['fastly', says(/^cache-/i, 'x-served-by')],
  ['fastly', has('x-fastly-request-id')],
  ['ngrok', has('ngrok-error-code', 'ngrok-agent-ips')],
  ['varnish', has('x-varnish')],
  ['varnish', says(/varnish/i, 'via', 'server')],
  ['haproxy', says(/haproxy/i, 'via', 'server')],
  ['caddy', says(/caddy/i, 'server', 'via')],
  ['nginx', says(/nginx|openresty/i, 'server', 'via')],
  ['apache', says(/^apache/i, 'server')],
]

export function edgeOf(headers: IncomingHttpHeaders): string | null {
  return SIGNS.find(([, isIt]) => isIt(headers))?.[0] ?? null
}
