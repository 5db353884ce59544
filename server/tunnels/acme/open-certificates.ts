/** The certificates of this home as its settings want them: whom they are asked of, and where they are kept. */
import { systemClock } from '../../core/clock.ts'
import type { SecretFolder } from '../../core/secret-box.ts'
import type { TunnelConfig } from '../../core/tunnel-config.ts'
import { createAcmeCalls } from '../../net/acme-calls.ts'
import { leadsToSamePlace } from '../../net/same-place.ts'
import type { Wait } from '../sleeper.ts'
import { CertificateKeeper } from './certificate-keeper.ts'
import { CertificateStore } from './certificate-store.ts'

type Settings = Pick<TunnelConfig, 'acmeDirectory' | 'acmeEmail' | 'hostAddresses'>

interface CertificateSurroundings {
  readonly secrets: SecretFolder
  readonly userAgent: string
  readonly wait: Wait
  /** What is told of them has changed. */
  readonly changed: () => void
}

/** Nothing is read, and nobody asked, before hosts are named. */
export function openCertificates(
  { acmeDirectory, acmeEmail, hostAddresses }: Settings,
  { secrets, userAgent, wait, changed }: CertificateSurroundings,
): CertificateKeeper {
  return new CertificateKeeper({
    store: new CertificateStore(secrets),
    directory: acmeDirectory,
    email: acmeEmail,
    calls: createAcmeCalls(acmeDirectory, userAgent),
    clock: systemClock,
    wait,
    random: Math.random,
    leadsHere: async (host, first) => leadsToSamePlace(host, first, hostAddresses),
    changed,
  })
}
