/**
 * One request to the private listener of the home, over its socket, pipe or loopback port; streams both ways. It is the one
 * exception to the rule that all that goes out goes through the safe fetch: the address comes from the supervisor alone.
 */
import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import type { Readable } from 'node:stream'
import type { ListenAddress } from '../../server/contracts/listen-address.ts'

export interface HomeRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Readable | Buffer | null
  readonly signal?: AbortSignal
  /** The whole answer is there by then, or the home counts as away; without it, a live line may stay for days. */
  readonly limitMs?: number
}

/** Nobody answers: the home is stopped, starting, or was lost on the way. */
export class HomeAway extends Error {
  override readonly name = 'HomeAway'
}

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD'])

export const isReading = (method: string): boolean => READING.has(method)

/** Sockets of requests that may be sent twice. Changes have one each: none may meet a line that has just been closed. */
const agent = new Agent({ keepAlive: true, maxFreeSockets: 4 })

/** Where it is dialled, and the name that it answers to there. */
export function dial(listen: ListenAddress): { readonly to: object; readonly authority: string } {
  if (listen.kind === 'socket') return { to: { socketPath: listen.path }, authority: 'homebird' }
  const everywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }
  const host = everywhere[listen.host] ?? listen.host
  const name = host.includes(':') ? `[${host}]` : host
  return { to: { host, port: listen.port }, authority: `${name}:${listen.port}` }
}

/** @throws HomeAway; AbortError of the signal */
export async function askHome(listen: ListenAddress, asked: HomeRequest): Promise<IncomingMessage> {
  try {
    return await exchange(listen, asked)
  } catch (error) {
    if (!(error instanceof StaleLine)) throw error
    return exchange(listen, asked)
  }
}

/** A kept line that the home had closed already: nothing was asked yet. */
class StaleLine extends HomeAway {}

function exchange(listen: ListenAddress, asked: HomeRequest): Promise<IncomingMessage> {
  const { to, authority } = dial(listen)
  const { method, path, headers = {}, body = null, signal, limitMs } = asked
  const late = limitMs === undefined ? null : AbortSignal.timeout(limitMs)
  const ends = [signal, late].filter((one) => one instanceof AbortSignal)
  const isRead = isReading(method)
  return new Promise((resolve, reject) => {
    const sent = request({
      ...to,
      path,
      method,
      agent: isRead ? agent : false,
      headers: { ...(headers as OutgoingHttpHeaders), host: authority },
      ...(ends.length === 0 ? {} : { signal: AbortSignal.any(ends) }),
    })
    sent.once('response', resolve)
    sent.on('error', (cause) => {
      if (signal?.aborted === true) return reject(cause)
      if (late?.aborted === true)
        return reject(new HomeAway(`the home did not answer within ${limitMs} ms`, { cause }))
      const isStale = isRead && sent.reusedSocket
      const message = `the home did not answer: ${cause.message}`
      return reject(isStale ? new StaleLine(message, { cause }) : new HomeAway(message, { cause }))
    })
    if (body === null || Buffer.isBuffer(body)) sent.end(body)
    else send(body, sent)
  })
}

/** A body that breaks off breaks the request off; an answer that comes before its end counts, and the rest is not sent. */
function send(body: Readable, sent: ReturnType<typeof request>): void {
  body.once('error', (error) => sent.destroy(error))
  sent.once('close', () => body.destroy())
  body.pipe(sent)
}
