/** Raw requests as a stranger sends them to a home: any header, any number of times, any body. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

/** Where a home listens, and under which name. */
export interface HomeTarget {
  /** The public name, with the port where it is not 443: goes into Host, into ids and into signatures. */
  readonly host: string
  /** `127.0.0.1` unless said otherwise. */
  readonly address?: string
  readonly port: number
  /** Set where the home is reached by TLS: the authority to trust, PEM. */
  readonly tlsCa?: string
}

export interface RawRequest {
  readonly method: string
  /** Exactly as it goes on the request line. */
  readonly path: string
  /** Name and value in order; a name may come twice. `host` and `content-length` are added where they are missing. */
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly body?: string | Uint8Array
}

export interface PeerAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  text(): string
  /** The body as JSON. */
  json(): Record<string, unknown>
}

/** Sends one request on a connection of its own. */
export async function sendRaw(home: HomeTarget, raw: RawRequest): Promise<PeerAnswer> {
  const body = raw.body === undefined ? undefined : Buffer.from(raw.body as Uint8Array)
  const names = new Set(raw.headers.map(([name]) => name.toLowerCase()))
  const headers = raw.headers.flatMap(([name, value]) => [name, value])
  if (!names.has('host')) headers.unshift('Host', home.host)
  if (body !== undefined && !names.has('content-length') && !names.has('transfer-encoding')) {
    headers.push('Content-Length', String(body.length))
  }
  const options = {
    host: home.address ?? '127.0.0.1',
    port: home.port,
    method: raw.method,
    path: raw.path,
    headers,
    agent: false as const,
    setHost: false,
  }
  const { promise, resolve, reject } = Promise.withResolvers<PeerAnswer>()
  const hostname = home.host.replace(/:\d+$/, '')
  const outgoing =
    home.tlsCa === undefined
      ? httpRequest(options)
      : httpsRequest({ ...options, ca: home.tlsCa, servername: hostname })
  outgoing.once('error', reject)
  outgoing.once('response', (incoming) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.once('error', reject)
    incoming.once('end', () => {
      resolve(answerOf(incoming.statusCode ?? 0, incoming.headers, Buffer.concat(chunks)))
    })
  })
  outgoing.end(body)
  return promise
}

function answerOf(status: number, raw: Readonly<Record<string, unknown>>, body: Buffer): PeerAnswer {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(raw)) headers[name] = String(value)
  return {
    status,
    headers,
    body,
    text: () => body.toString(),
    json: () => JSON.parse(body.toString()) as Record<string, unknown>,
  }
}
