/** A listener for what comes in by one tunnel or proxy, and what it believes of whom it serves. */
import type { ListenAddress } from './listen-address.ts'

/**
 * Where the address of a client is told. Whatever else a request says of it is ignored: every proxy passes an attacker's
 * copies through.
 * - `none`: nowhere
 * - `socket`: the other end of the connection
 * - `header`: the last value of one header, from peers that are believed; empty `peers` means all who can reach the listener
 * - `proxy`: the PROXY preamble, without which a connection is closed, as is that of any other peer where some are named
 */
export type ClientSource =
  | { readonly kind: 'none' }
  | { readonly kind: 'socket' }
  | { readonly kind: 'header'; readonly name: string; readonly peers: readonly string[] }
  | { readonly kind: 'proxy'; readonly peers: readonly string[] }

export interface WayIn {
  /** As `tunnel`; for logs and for what the edge is known to do. */
  readonly name: string
  readonly address: ListenAddress
  readonly client: ClientSource
}
