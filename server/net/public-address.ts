/** Which addresses of IPv4 the world can reach, and which only look as if it could. */
import ipaddr from 'ipaddr.js'

/** `shared`: the provider has put many customers behind one address (100.64.0.0/10). */
export type AddressReach = 'public' | 'shared' | 'private'

/** @param address  of IPv4; anything else is as good as private here */
export function reachOf(address: string): AddressReach {
  if (!ipaddr.IPv4.isValidFourPartDecimal(address)) return 'private'
  const range = ipaddr.IPv4.parse(address).range()
  if (range === 'carrierGradeNat') return 'shared'
  return range === 'unicast' ? 'public' : 'private'
}
