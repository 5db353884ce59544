/**
 * Lets a Chromium play the window: what it asks of a loopback port is brought to the shell's handler as a request for
 * `app://homebird` (or `app://start`), and the answer back, both as they come. Chromium says which origin asks, as Electron
 * does; it is not Electron, and says nothing of how Electron's own scheme behaves.
 */
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { AppRequest } from '../../electron/protocol/app-protocol.ts'

export interface AppForwarder extends AsyncDisposable {
  /** What stands for `app://homebird` in the browser, as `http://127.0.0.1:4000`. */
  readonly origin: string
}

export async function openAppForwarder(
  load: (request: AppRequest) => Promise<Response>,
  place: 'homebird' | 'start' = 'homebird',
): Promise<AppForwarder> {
  const server = createServer((asked, answer) => {
    // A handler that fails is a network error in the window: the line breaks.
    forward(load, place, asked, answer).catch(() => answer.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function forward(
  load: (request: AppRequest) => Promise<Response>,
  place: string,
  asked: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  answer.once('close', () => gone.abort())
  const { method = 'GET', url = '/' } = asked
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const request = new Request(`app://${place}${url}`, {
    method,
    headers: headersOf(asked),
    signal: gone.signal,
    ...(hasBody ? { body: Readable.toWeb(asked), duplex: 'half' as const } : {}),
  })
  const initiatorOrigin = initiatorOf(asked, `app://${place}`)
  const from = initiatorOrigin === undefined ? request : Object.assign(request, { initiatorOrigin })
  const given = await load(from)
  answer.writeHead(given.status, [...given.headers].flat())
  if (given.body === null) answer.end()
  // A window that leaves in the middle is no failure.
  else await pipeline(Readable.fromWeb(given.body), answer).catch(() => answer.destroy())
}

/** Undefined where the browser asks by itself, as for an address that was typed. */
function initiatorOf({ headers }: IncomingMessage, own: string): string | undefined {
  const site = headers['sec-fetch-site']
  if (site === 'same-origin') return own
  if (site === 'none') return undefined
  return headers.origin ?? 'null'
}

function headersOf({ headers }: IncomingMessage): Headers {
  const made = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('sec-') || name === 'host' || name === 'connection' || name === 'transfer-encoding')
      continue
    made.set(name, String(value))
  }
  return made
}
