/** Opens the outbound module as the program does, with the name server and the authority of the test. */
import { systemClock } from '../../../server/core/clock.ts'
import { createLogger } from '../../../server/core/log.ts'
import type { RemoteTimeout } from '../../../server/core/setting-types.ts'
import type { SafeFetch, SafeFetchOptions } from '../../../server/net/fetch-types.ts'
import { createSafeFetch } from '../../../server/net/safe-fetch.ts'
import { openTestDns, type TestDns } from '../../support/test-dns.ts'
import type { TestCa } from '../../support/test-tls.ts'

export interface FetcherOptions extends Partial<SafeFetchOptions> {
  readonly ca?: TestCa
  /** Name to addresses, as the test's name server answers. */
  readonly hosts?: Readonly<Record<string, readonly string[] | 'silent'>>
}

/** Long enough never to matter, unless the test shortens one. */
const PATIENT: RemoteTimeout = { connect: 20, read: 20, write: 20, pool: 20 }

interface Disposer {
  after(work: () => Promise<void>): void
}

/** Only 127.0.0.1 is let through, so that 127.0.0.2 can play the private address that is not. */
export async function openFetcher(
  t: Disposer,
  options: FetcherOptions = {},
): Promise<SafeFetch & { dns: TestDns }> {
  const { ca, hosts, ...rest } = options
  const dns = await openTestDns(t)
  for (const [name, addresses] of Object.entries(hosts ?? {})) dns.set(name, addresses)
  const fetcher = createSafeFetch({
    remoteTimeout: PATIENT,
    allowPrivateAddresses: ['127.0.0.1/32'],
    hostAddresses: {},
    userAgent: 'Homebird/0.0.0 (+https://home.example/)',
    clock: systemClock,
    log: createLogger('test', 'silent'),
    dnsServers: [dns.address],
    ...(ca === undefined ? {} : { tlsCa: [ca.caPem] }),
    ...rest,
  })
  t.after(() => fetcher.close())
  return Object.assign(fetcher, { dns })
}
