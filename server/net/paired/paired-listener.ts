/**
 * A listener for one other machine, which knows it by its certificate and is known by a secret. Everything before that secret
 * is a stranger's: few connections, short times, small bodies, and nothing told but that it was refused.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Server, createServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { HomebirdError, describeError } from '../../core/errors.ts'

export interface PairedAnswer {
  readonly status: number
  readonly body: unknown
  /** Sent in place of the body; it ends what it is given. */
  readonly stream?: (into: Writable) => Promise<void>
}

export interface PairedListenerNeeds {
  readonly host: string
  readonly port: number
  /** PEM. */
  readonly key: string
  readonly certificate: string
  /** @param path  such as `/pair`; @param ticket  null where none is shown */
  readonly answer: (path: string, ticket: string | null, body: unknown) => Promise<PairedAnswer>
  readonly limits?: Partial<PairedLimits>
}

interface PairedLimits {
  readonly handshakeMs: number
  readonly requestMs: number
  /** A stream of which the other takes nothing for so long is cut off. */
  readonly idleMs: number
}

const LIMITS: PairedLimits = { handshakeMs: 10_000, requestMs: 15_000, idleMs: 180_000 }
const LAST_ANSWER_MS = 1_500
const MOST_CONNECTIONS = 16
/** So that one stranger leaves room for whoever has the code. */
const MOST_OF_AN_ADDRESS = 6
const MOST_BODY_BYTES = 8_192

export interface PairedListener extends AsyncDisposable {
  readonly port: number
}

/** @throws HomebirdError PORT_TAKEN */
export async function openPairedListener(needs: PairedListenerNeeds): Promise<PairedListener> {
  const { handshakeMs, requestMs, idleMs } = { ...LIMITS, ...needs.limits }
  const server = createServer({
    key: needs.key,
    cert: needs.certificate,
    minVersion: 'TLSv1.3',
    handshakeTimeout: handshakeMs,
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(requestMs, 1_000),
    keepAlive: false,
    noDelay: true,
  })
  server.maxConnections = MOST_CONNECTIONS
  shareAmongAddresses(server)
  server.keepAliveTimeout = 1
  server.timeout = idleMs
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  server.on('clientError', (_error, socket) => socket.destroy())
  server.on('request', (request, response) => void serve(request, response, needs))
  const port = await listen(server, needs)
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeIdleConnections()
      // An answer that is on its way arrives; nobody else holds it up.
      const timer = setTimeout(() => server.closeAllConnections(), LAST_ANSWER_MS)
      await closed
      clearTimeout(timer)
    },
  }
}

function shareAmongAddresses(server: Server): void {
  const open = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const from = socket.remoteAddress ?? ''
    const count = (open.get(from) ?? 0) + 1
    open.set(from, count)
    socket.once('close', () => {
      const left = (open.get(from) ?? 1) - 1
      if (left > 0) open.set(from, left)
      else open.delete(from)
    })
    if (count > MOST_OF_AN_ADDRESS) socket.destroy()
  })
}

async function listen(server: Server, { host, port }: PairedListenerNeeds): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const why = `nobody can be let in at ${host}:${port}: ${describeError(cause)}; give another with --port or --host`
      reject(new HomebirdError('PORT_TAKEN', why, { cause, safe: why }))
    })
    server.listen({ host, port }, resolve)
  })
  server.on('error', () => undefined) // of one connection that was not accepted; the others go on
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { answer }: PairedListenerNeeds,
): Promise<void> {
  response.on('error', () => undefined) // the other went away
  try {
    const body = request.method === 'POST' ? await readBody(request) : undefined
    const given = body === undefined ? REFUSED : await answer(request.url ?? '/', ticketOf(request), body)
    response.writeHead(given.status, {
      'content-type': given.stream === undefined ? 'application/json' : 'application/octet-stream',
      connection: 'close',
    })
    if (given.stream === undefined) response.end(JSON.stringify(given.body))
    else await given.stream(response)
  } catch {
    // What went wrong is told by whoever answers; to the other end it is a line that was cut, which it can tell from an end.
    response.destroy()
  }
}

const REFUSED: PairedAnswer = { status: 400, body: { error: 'not understood' } }

function ticketOf({ headers }: IncomingMessage): string | null {
  return /^Bearer ([\w-]{1,100})$/.exec(headers.authorization ?? '')?.[1] ?? null
}

/** Undefined for what is no JSON or too long. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MOST_BODY_BYTES) return undefined
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  } catch {
    return undefined
  }
}
