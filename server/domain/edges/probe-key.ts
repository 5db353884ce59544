/** The key of proofs that an address leads here: the same in every process of the home, and told to nobody else. */
import { hkdfSync } from 'node:crypto'
import type { Home } from '../owner/home.ts'

const KEY_BYTES = 32

/** Follows from the private key of the instance actor. @throws HomebirdError UNAVAILABLE before set-up */
export async function readProbeKey(home: Pick<Home, 'instanceActor' | 'signingKey'>): Promise<Buffer> {
  const { privateKey } = await home.signingKey(home.instanceActor().id, 'ed25519')
  const secret = privateKey.export({ type: 'pkcs8', format: 'der' })
  return Buffer.from(hkdfSync('sha256', secret, '', 'homebird probe', KEY_BYTES))
}
