/** A certificate authority of one test, which signs certificates for the hosts that the test plays. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type TestAuthority,
  type TestCertificate,
  issueCertificate,
  makeAuthority,
} from './test-certificates.ts'

export interface TestCa {
  readonly authority: TestAuthority
  readonly caPem: string
  /** A file with `caPem`, for NODE_EXTRA_CA_CERTS; removed when the test ends. */
  readonly caFile: string
  /** @param hostNames  DNS names (a leading `*.` is allowed), IPv4 and IPv6 addresses */
  certificateFor(...hostNames: readonly (string | readonly string[])[]): TestCertificate
}

/** What of a test context is needed; `process.on('exit')` serves as well. */
interface Disposer {
  after(work: () => void): void
}

export function createTestCa(t: Disposer): TestCa {
  const authority = makeAuthority()
  const folder = mkdtempSync(join(tmpdir(), 'homebird-ca-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const caFile = join(folder, 'ca.pem')
  writeFileSync(caFile, authority.pem)
  return {
    authority,
    caPem: authority.pem,
    caFile,
    certificateFor: (...hostNames) => issueCertificate(hostNames.flat(), { authority }),
  }
}
