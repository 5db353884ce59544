/** Which way of opening a port a router speaks: the newest first. */
import { NatPmpMapper, speaksNatPmp } from './nat-pmp.ts'
import { PcpMapper, speaksPcp } from './pcp.ts'
import type { PortMapper } from './port-mapper.ts'
import type { RouterPlace } from './router-place.ts'
import { findUpnp } from './upnp.ts'

/**
 * Null where it speaks none.
 * @param secretOf  the secret by which a router knows this home again, for those that want one
 */
export async function findMapper(
  place: RouterPlace,
  secretOf: () => Promise<Buffer>,
): Promise<PortMapper | null> {
  const { router, own } = place
  // Asked at the same time: each that is not spoken takes its whole limit.
  const [pcp, natPmp, upnp] = await Promise.all([
    speaksPcp(router, own),
    speaksNatPmp(router),
    findUpnp(place),
  ])
  if (pcp) return new PcpMapper(router, await secretOf())
  return natPmp ? new NatPmpMapper(router) : upnp
}
