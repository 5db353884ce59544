/** What the lines of cloudflared say of its connections: it keeps several, and is up as long as one of them is. */
import type { TunnelEvent } from '../provider.ts'

const REGISTERED = /\bRegistered tunnel connection\b.*\bconnIndex=(\d{1,3})\b/
const LOCATION = /\blocation=([\w-]{1,20})\b/
/** Each of its failures is followed by one of these with the number of the connection. */
const GONE =
  /\b(?:Retrying connection in|Connection terminated|Lost connection with the edge|Unregistered tunnel connection|Serve tunnel error|Failed to serve (?:tunnel|quic) connection)\b.*\bconnIndex=(\d{1,3})\b/
/** A secret that was changed, a tunnel that was deleted: trying again changes nothing. */
const REFUSED = /Unauthorized: (?:Invalid tunnel secret|Tunnel not found|Account doesn't have tunnel)/i
const NO_TOKEN = /Provided Tunnel token is not valid/i
const FAILED = /\bERR\b\s+(.{1,200})/

export const REFUSED_SENTENCE =
  'Cloudflare does not take the token: the tunnel was deleted there, or its token was renewed; copy the token of now into HOMEBIRD_TUNNEL_TOKEN'

/** Reads one life of the program. */
export class CloudflaredLines {
  readonly #live = new Set<string>()
  #wasUp = false
  #lastError = ''

  read(line: string): TunnelEvent | null {
    if (REFUSED.test(line) || NO_TOKEN.test(line))
      return { type: 'lost', reason: REFUSED_SENTENCE, isFinal: true }
    this.#lastError = FAILED.exec(line)?.[1]?.trim() ?? this.#lastError
    const registered = REGISTERED.exec(line)?.[1]
    if (registered !== undefined) return this.#came(registered, LOCATION.exec(line)?.[1] ?? null)
    const gone = GONE.exec(line)?.[1]
    return gone === undefined ? null : this.#went(gone)
  }

  #came(connection: string, location: string | null): TunnelEvent {
    this.#live.add(connection)
    this.#wasUp = true
    return { type: 'connected', to: location === null ? 'Cloudflare' : `Cloudflare, ${location}` }
  }

  #went(connection: string): TunnelEvent | null {
    const wasLast = this.#live.delete(connection) && this.#live.size === 0
    if (!wasLast || !this.#wasUp) return null
    const why = this.#lastError === '' ? '' : `: ${this.#lastError}`
    return { type: 'lost', reason: `every connection to Cloudflare is lost${why}` }
  }
}
