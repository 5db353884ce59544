/** A home behind an edge that can be wrong, and what the doctor's checks of the way there find over the public name. */
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { DoctorCode } from '../../server/contracts/doctor.ts'
import { checkBots } from '../../server/domain/doctor/outside/check-bots.ts'
import { checkDns } from '../../server/domain/doctor/outside/check-dns.ts'
import { checkIdentity } from '../../server/domain/doctor/outside/check-identity.ts'
import { checkTls } from '../../server/domain/doctor/outside/check-tls.ts'
import { checkWords } from '../../server/domain/doctor/outside/check-words.ts'
import type { OpenWorld } from '../../server/domain/doctor/outside/open-world.ts'
import type { HttpContext } from '../../server/http/http-context.ts'
import { openHomeWorld } from '../../server/http/owner/open-outside.ts'
import { type ApiHome, openApiHome } from './api-home.ts'
import { type FaultyEdge, type PassedAnswer, openFaultyEdge } from './faulty-edge.ts'
import { closeBeforeCluster } from './test-database.ts'
import { type TestCa, createTestCa } from './test-tls.ts'

export const HOST = 'home.example'
const CHECKS = [checkDns, checkTls, checkIdentity, checkBots, checkWords]

export interface DoctorGround {
  readonly ca: TestCa
  readonly edge: FaultyEdge
  readonly home: ApiHome
  /** @param opening  instead of the world of the context */
  readonly found: (
    context?: HttpContext,
    opening?: Promise<OpenWorld | null>,
  ) => Promise<readonly DoctorCode[]>
}

/** Open until the last test of the file has ended. */
export async function openDoctorGround(): Promise<DoctorGround> {
  const ca = createTestCa({ after: (work) => process.on('exit', work) })
  setDefaultCACertificates([...getCACertificates('default'), ca.caPem])
  const edge = await openFaultyEdge(ca, [HOST], { server: 'nginx' })
  closeBeforeCluster(async () => edge[Symbol.asyncDispose]())
  const home = await openApiHome({ env: { HOMEBIRD_HOST_ADDRESSES: `${HOST}=${edge.address}` } })
  edge.leadTo(home.publicPort)
  const found: DoctorGround['found'] = async (context = home.context, opening = openHomeWorld(context)) => {
    const world = await opening
    if (world === null) throw new Error('the home has no address')
    try {
      const codes = await Promise.all(CHECKS.map(async (check) => check.run(world, {} as never)))
      return codes.flat()
    } finally {
      world[Symbol.dispose]()
    }
  }
  return { ca, edge, home, found }
}

export const codeNames = (codes: readonly DoctorCode[]): string[] => codes.map(({ code }) => code)

export const htmlPage = (
  status: number,
  body = '<title>Welcome</title>',
  headers: PassedAnswer['headers'] = [],
): PassedAnswer => ({ status, headers: [['Content-Type', 'text/html'], ...headers], body: Buffer.from(body) })
