/**
 * What stands in front of a home, scripted to be wrong in one way at a time: it ends TLS, passes requests on as they came,
 * and does to them what the test says. Without a fault it is a good edge.
 */
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, request as httpRequest } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, type Socket, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { TestCa } from './test-tls.ts'

/** Names and values in their order and letters. */
export type HeaderPairs = [name: string, value: string][]

export interface PassedRequest {
  method: string
  /** As on the request line. */
  path: string
  headers: HeaderPairs
  body: Buffer
}

export interface PassedAnswer {
  status: number
  headers: HeaderPairs
  body: Buffer
}

/** Every part that is left out does no harm. */
export interface EdgeFault {
  /** Instead of its good certificate, PEM; the chain may follow the leaf. */
  readonly certificate?: { readonly cert: string; readonly key: string }
  /** Closes each connection as soon as TLS stands, or before. */
  readonly closes?: 'at once' | 'before an answer'
  /** Its own answer, for which the home is not asked; null asks the home. */
  answer?(request: PassedRequest): PassedAnswer | null
  /** What it does to a request on its way to the home. */
  request?(request: PassedRequest): void
  /** What it does to an answer of the home, which is read whole for it. */
  response?(answer: PassedAnswer, request: PassedRequest): void
  /** Requests for another protocol are passed on as plain ones. */
  readonly hasNoUpgrade?: boolean
  /** Connections of another protocol on which nothing is said for so long are cut. */
  readonly cutsAfterMs?: number
}

export interface FaultyEdge extends AsyncDisposable {
  readonly port: number
  /** `127.0.0.1:<port>`, for HOMEBIRD_HOST_ADDRESSES. */
  readonly address: string
  /** What was asked, in the order of its coming. */
  readonly asked: PassedRequest[]
  /** The port of the home. */
  leadTo(port: number): void
  /** From now on it is wrong in this way; null mends it. */
  breakBy(fault: EdgeFault | null): void
}

export interface FaultyEdgeOptions {
  /** Where it listens; 127.0.0.1 and a free port unless said otherwise. */
  readonly host?: string
  readonly port?: number
  /** What it calls itself in every answer. */
  readonly server?: string
}

export async function openFaultyEdge(
  ca: TestCa,
  hosts: readonly string[],
  options: FaultyEdgeOptions = {},
): Promise<FaultyEdge> {
  const good = ca.certificateFor(hosts)
  const state = { home: 0, fault: {} as EdgeFault }
  const asked: PassedRequest[] = []
  const sockets = new Set<Duplex>()
  const track = (socket: Duplex): void => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  }
  const server = createServer({ ...good, ALPNProtocols: ['http/1.1'], requireHostHeader: false })
  server.on('connection', (socket: Socket) => {
    track(socket)
    if (state.fault.closes === 'at once') socket.destroy()
  })
  server.on('tlsClientError', () => undefined) // whoever does not like the certificate goes away
  server.on('request', (incoming, outgoing) => {
    void serve(incoming, outgoing, state, asked, options.server ?? null).catch(() => outgoing.destroy())
  })
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    track(socket)
    passUpgrade(incoming, socket, head, state, track)
  })
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    address: `127.0.0.1:${port}`,
    asked,
    leadTo(home) {
      state.home = home
    },
    breakBy(fault) {
      state.fault = fault ?? {}
      const { cert, key } = state.fault.certificate ?? good
      // Nothing else: of an authority that it knows it would send the certificate along.
      server.setSecureContext({ cert, key })
    },
    async [Symbol.asyncDispose]() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

interface State {
  readonly home: number
  readonly fault: EdgeFault
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { home, fault }: State,
  asked: PassedRequest[],
  name: string | null,
): Promise<void> {
  const { method = 'GET', url: path = '/', rawHeaders } = incoming
  const request = { method, path, headers: pairsOf(rawHeaders), body: await buffer(incoming) }
  asked.push({ ...request, headers: [...request.headers] })
  if (fault.closes === 'before an answer') {
    outgoing.destroy()
    return
  }
  const own = fault.answer?.(request) ?? (hasHost(request) ? null : REFUSED)
  if (own !== null) {
    tell(outgoing, own, name)
    return
  }
  fault.request?.(request)
  const answer = await askHome(request, home, outgoing)
  const passed = { status: answer.statusCode ?? 502, headers: pairsOf(answer.rawHeaders) }
  if (fault.response === undefined) {
    outgoing.writeHead(passed.status, flat(named(passed.headers, name)))
    outgoing.flushHeaders()
    answer.pipe(outgoing)
    answer.once('error', () => outgoing.destroy())
    return
  }
  const whole = { ...passed, body: await buffer(answer) }
  fault.response(whole, request)
  tell(outgoing, whole, name)
}

const REFUSED: PassedAnswer = {
  status: 400,
  headers: [['Content-Type', 'text/plain']],
  body: Buffer.from('bad'),
}
const hasHost = ({ headers }: PassedRequest): boolean =>
  headers.some(([name, value]) => name.toLowerCase() === 'host' && value !== '')

/** Framing is the edge's own: bodies are passed on whole. */
function tell(outgoing: ServerResponse, { status, headers, body }: PassedAnswer, name: string | null): void {
  const kept = headers.filter(
    ([header]) => !/^(?:transfer-encoding|content-length|connection)$/i.test(header),
  )
  outgoing.writeHead(status, flat([...named(kept, name), ['Content-Length', String(body.length)]]))
  outgoing.end(body)
}

const named = (headers: HeaderPairs, name: string | null): HeaderPairs =>
  name === null ? headers : [...headers, ['Server', name]]

async function askHome(
  { method, path, headers, body }: PassedRequest,
  port: number,
  outgoing: ServerResponse,
): Promise<IncomingMessage> {
  const kept = headers.filter(([name]) => !/^(?:transfer-encoding|content-length|connection)$/i.test(name))
  const length: HeaderPairs =
    body.length > 0 || method === 'POST' ? [['Content-Length', String(body.length)]] : []
  const sent = httpRequest({
    host: '127.0.0.1',
    port,
    method,
    path,
    headers: flat([...kept, ...length]),
    setHost: false,
    agent: false,
  })
  // As every proxy does: who has gone asks for nothing any more.
  outgoing.once('close', () => sent.destroy())
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return answer
}

function passUpgrade(
  incoming: IncomingMessage,
  outside: Duplex,
  head: Buffer,
  { home, fault }: State,
  track: (socket: Duplex) => void,
): void {
  const inside = connect(home, '127.0.0.1')
  track(inside)
  const all = pairsOf(incoming.rawHeaders)
  const kept =
    fault.hasNoUpgrade === true ? all.filter(([name]) => !/^(?:upgrade|connection)$/i.test(name)) : all
  const lines = kept.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  inside.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines}\r\n`)
  if (head.length > 0) inside.write(head)
  outside.pipe(inside).pipe(outside)
  if (fault.cutsAfterMs !== undefined) inside.setTimeout(fault.cutsAfterMs, () => inside.destroy())
  outside.once('close', () => inside.destroy())
  inside.once('close', () => outside.destroy())
}

function pairsOf(raw: readonly string[]): HeaderPairs {
  return Array.from({ length: raw.length / 2 }, (_, at) => [raw[2 * at] ?? '', raw[2 * at + 1] ?? ''])
}

const flat = (pairs: HeaderPairs): string[] => pairs.flat()
