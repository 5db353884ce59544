/** At an edge with the configuration that owners get the doctor finds nothing to change. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { DoctorCode } from '../../../server/contracts/doctor.ts'
import { checkCaching } from '../../../server/domain/doctor/outside/check-caching.ts'
import { checkFidelity } from '../../../server/domain/doctor/outside/check-fidelity.ts'
import { liveCheck } from '../../../server/domain/doctor/outside/check-live.ts'
import { checkSize } from '../../../server/domain/doctor/outside/check-size.ts'
import { checkWho } from '../../../server/domain/doctor/outside/check-who.ts'
import { buildPublicApp } from '../../../server/http/app.ts'
import { openHomeWorld } from '../../../server/http/owner/open-outside.ts'
import { openWayIn } from '../../../server/http/ways-in/open-way-in.ts'
import { type ApiHome, openApiHome } from '../../support/api-home.ts'
import { type OwnEdgeKind, noOwnEdge, openCaddyBefore, openOwnEdge } from '../../support/own-edge.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'

const HOST = 'home.example'
const KINDS = ['nginx', 'caddy', 'haproxy', 'varnish'] as const satisfies readonly OwnEdgeKind[]
const CHECKS = [checkFidelity, checkCaching, checkSize, liveCheck(), checkWho]
const skipOf = (kind: OwnEdgeKind): string | false =>
  noOwnEdge(kind) ?? (kind === 'varnish' ? noOwnEdge('caddy') : null) ?? false

let home: ApiHome
let port: number
before(async () => {
  home = await openApiHome()
  const app = await buildPublicApp(home.context)
  closeBeforeCluster(async () => app.close())
  await app.ready()
  const client = { kind: 'header', name: 'x-forwarded-for', peers: [] } as const
  const address = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const
  const open = await openWayIn(app, { name: 'edge', address, client }, { log: home.context.log })
  closeBeforeCluster(async () => open[Symbol.asyncDispose]())
  port = open.address.kind === 'tcp' ? open.address.port : 0
})

async function openDoor(kind: OwnEdgeKind): Promise<number> {
  const options = { host: HOST, home: { kind: 'tcp', host: '127.0.0.1', port } as const }
  const inner = await openOwnEdge(kind, options)
  const outer = inner.tls === null ? await openCaddyBefore(inner.socketPath, options) : inner
  return outer.tls?.port ?? 0
}

async function foundBehind(door: number): Promise<readonly DoctorCode[]> {
  const hostAddresses = { [HOST]: `127.0.0.1:${door}` }
  const context = { ...home.context, config: { ...home.context.config, hostAddresses } }
  const world = await openHomeWorld(context, 'asked')
  assert.ok(world !== null)
  try {
    const parts = { ...context, purger: null, dir: null, facts: async () => null }
    const codes = await Promise.all(CHECKS.map(async (check) => check.run(world, parts)))
    return codes.flat()
  } finally {
    world[Symbol.dispose]()
  }
}

for (const kind of KINDS)
  test(`${kind}: nothing is found`, { skip: skipOf(kind) }, async () => {
    assert.deepEqual(await foundBehind(await openDoor(kind)), [])
  })
