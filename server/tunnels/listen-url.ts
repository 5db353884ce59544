/** Where a program of others must lead what comes in. */
import type { ListenAddress } from '../contracts/listen-address.ts'
import { HomebirdError } from '../core/errors.ts'

/** @throws HomebirdError INTERNAL for a socket, which such programs cannot be told */
export function listenUrl(address: ListenAddress): string {
  if (address.kind === 'socket')
    throw new HomebirdError('INTERNAL', 'a tunnel that needs a port was given a socket')
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  return `http://${host}:${address.port}`
}
