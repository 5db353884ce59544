import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import type { Child } from '../../../server/appliance/child.ts'
import { KeptPart } from '../../../server/appliance/kept-part.ts'
import { TunnelPart } from '../../../server/appliance/tunnel-part.ts'
import type { ListenAddress } from '../../../server/contracts/listen-address.ts'
import type { StartMessage } from '../../../server/contracts/child-message.ts'
import type { TunnelState, TunnelStatus } from '../../../server/contracts/tunnel.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { loadConfig } from '../../../server/core/config.ts'

const FOLDER = '/run/homebird-test'
const socketOf = (server: number): string => `${FOLDER}/way-in-${server}.sock`

/** A life that is ready at once, and keeps what it was begun with. */
function tunnelLife(began: StartMessage[], told: unknown[]): Child {
  const ended = Promise.withResolvers<{ verdict: null; how: string }>()
  const life = {
    pid: null,
    ready: Promise.resolve([]),
    ended: ended.promise,
    begin: async (start: StartMessage) => {
      began.push(start)
      return []
    },
    tell: (message: unknown) => told.push(message),
    isSlow: () => false,
    memoryBytes: () => null,
    stop: async () => ended.resolve({ verdict: null, how: 'was stopped' }),
  }
  return life as unknown as Child
}

const SSH = { HOMEBIRD_TUNNEL: 'ssh', HOMEBIRD_TUNNEL_SERVER: 'a@home.example' }
const COMMAND = {
  HOMEBIRD_TUNNEL: 'command',
  HOMEBIRD_TUNNEL_COMMAND: '["frpc"]',
  HOMEBIRD_TUNNEL_PORT: '4190',
}

function openPart(servers: number, env: Record<string, string> = SSH) {
  const began: StartMessage[] = []
  const told: unknown[] = []
  const toServers: { server: number; message: unknown }[] = []
  const world = { areServersUp: true, left: [] as number[], notices: [] as string[] }
  const { config } = loadConfig({ env })
  const observer = { changed: () => undefined, notice: () => undefined, gaveUp: () => undefined }
  const part = new TunnelPart(
    {
      dataDir: FOLDER,
      secretsKey: null,
      runtime: {
        path: FOLDER,
        database: FOLDER,
        controlSocket: FOLDER,
        privateSocket: 'private.sock',
        wayIn: socketOf,
        decoders: (child) => `${FOLDER}/${child}.sock`,
        vantage: `${FOLDER}/vantage.sock`,
      },
      servers,
      readSettings: () => config,
      saveSettings: () => undefined,
      launch: () => tunnelLife(began, told),
      keep: (open) => new KeptPart('tunnel', open, observer, systemClock),
      notice: (_level, message) => world.notices.push(message),
      toServer: (server, message) => {
        if (world.areServersUp) toServers.push({ server, message })
        return world.areServersUp
      },
      programs: { endAll: async () => world.left.splice(0) },
    },
    config,
  )
  const listens = (server: number, ...addresses: ListenAddress[]): void =>
    part.heard({ kind: 'ways_in', addresses, refusals: [] }, server)
  for (let server = 0; server < servers; server += 1) part.waysIn(server)
  return { part, began, told, toServers, world, listens }
}

const statusOf = (state: TunnelState): TunnelStatus => ({
  kind: 'ssh',
  state,
  since: '2026-03-01T09:00:00.000Z',
  proof: null,
  reason: null,
  nextTryAt: null,
  attempts: 0,
  findings: [],
  notice: null,
  facts: {},
})

test('whoever changes a setting hears what the tunnel has found out then', async () => {
  const { part, listens } = openPart(1)
  const answer = part.answer({ kind: 'tunnel_settings', changes: { tunnel: 'ssh' } })
  await turn()
  listens(0, { kind: 'socket', path: socketOf(0) })
  await turn()
  for (const state of ['preparing', 'blocked'] as const) {
    part.heard({ kind: 'tunnel', status: statusOf(state) }, null)
    await turn()
  }
  assert.equal((await answer)?.state, 'blocked')
  await part.stop()
})

test('a home that is told while the tunnel starts is told to it when it is ready', async () => {
  const { part, told, listens } = openPart(1)
  const home = { hosts: ['home.example'], probeKey: 'key' }
  listens(0, { kind: 'socket', path: socketOf(0) })
  part.heard({ kind: 'home', home }, 0)
  await turn()
  assert.deepEqual(told, [{ type: 'command', command: { kind: 'home', home } }])
  await part.stop()
})

test('a tunnel leads to every server, also to those that do not listen yet when it starts', async () => {
  const { part, began, listens } = openPart(3)
  listens(1, { kind: 'socket', path: socketOf(1) })
  await turn()
  assert.deepEqual(
    began.map(({ waysIn }) => waysIn.map(({ address }) => address)),
    [[0, 1, 2].map((server) => ({ kind: 'socket', path: socketOf(server) }))],
  )
  await part.stop()
})

test('a way in that cannot listen is told as such with its remedy, and tried again when somebody asks', async () => {
  const { part, began, toServers, world, listens } = openPart(1, COMMAND)
  const refusal = 'the way in "tunnel" cannot listen on 127.0.0.1:4190 (EADDRINUSE); end what holds it'
  part.heard({ kind: 'ways_in', addresses: [], refusals: [refusal] }, 0)
  await turn()
  const status = part.status()
  assert.deepEqual([status?.state, status?.reason], ['blocked', refusal])
  assert.equal(status?.findings[0]?.code, 'PORT_TAKEN')
  assert.deepEqual(world.notices, [`server-0: ${refusal}`])
  assert.equal(began.length, 0)
  await part.answer({ kind: 'tunnel', command: { kind: 'nudge', why: 'doctor' } })
  assert.deepEqual(toServers.at(-1), { server: 0, message: { type: 'ways_in', ways: part.waysIn(0) } })
  listens(0, { kind: 'tcp', host: '127.0.0.1', port: 4_190 })
  await turn()
  await turn()
  assert.equal(began.length, 1)
  await part.stop()
})

test('a server that only starts while the ways in change is told them when it is ready', async () => {
  const { part, began, world, listens } = openPart(1)
  world.areServersUp = false
  await part.answer({ kind: 'tunnel_settings', changes: { tunnel: 'ssh' } })
  // What it listens on by what it was started with leads nowhere for long.
  listens(0, { kind: 'socket', path: '/run/of-the-former' })
  await turn()
  assert.equal(began.length, 0)
  const heard: unknown[] = []
  const server = { tell: (message: unknown) => void heard.push(message) }
  part.serverIsReady(0, server)
  part.serverIsReady(0, server)
  assert.deepEqual(heard, [{ type: 'ways_in', ways: part.waysIn(0) }])
  listens(0, { kind: 'socket', path: socketOf(0) })
  await turn()
  await turn()
  assert.equal(began.length, 1)
  await part.stop()
})

test('what a killed tunnel has left running is ended before the next one starts, and told', async () => {
  const { part, began, world, listens } = openPart(1)
  await turn()
  world.left.push(4_711)
  listens(0, { kind: 'socket', path: socketOf(0) })
  await turn()
  await turn()
  assert.equal(began.length, 1)
  assert.match(world.notices[0] ?? '', /process 4711/)
  await part.stop()
})

test('a tunnel that was suspended stays so when its process is started anew, until it is resumed', async () => {
  const { part, told, listens } = openPart(1)
  await part.answer({ kind: 'tunnel', command: { kind: 'suspend' } })
  listens(0, { kind: 'socket', path: socketOf(0) })
  await turn()
  await turn()
  assert.deepEqual(told, [{ type: 'command', command: { kind: 'suspend' } }])
  await part.answer({ kind: 'tunnel', command: { kind: 'resume' } })
  part.nudge('network')
  assert.deepEqual(told.slice(1), [
    { type: 'command', command: { kind: 'resume' } },
    { type: 'command', command: { kind: 'nudge', why: 'network' } },
  ])
  await part.stop()
})

test('the first server looks each time that the way in has come up, and when it is in doubt', () => {
  const { part, toServers } = openPart(2)
  const looks = (): unknown[] => toServers.map(({ server, message }) => [server, message])
  const becomes = (...states: readonly TunnelState[]): void => {
    for (const state of states) part.heard({ kind: 'tunnel', status: statusOf(state) }, null)
  }
  becomes('preparing', 'connecting', 'connected', 'connected', 'verified')
  assert.deepEqual(looks(), [[0, { type: 'look' }]])
  becomes('waiting', 'connecting', 'connected', 'degraded')
  part.heard({ kind: 'doubted' }, null)
  assert.equal(looks().length, 3)
  assert.equal(part.peerProvedAt, null)
  part.heard({ kind: 'peer_proved' }, 0)
  assert.ok(Date.parse(part.peerProvedAt ?? '') > 0)
  const proof = { source: 'peer', ms: null, at: '2026-03-01T09:00:00.000Z' } as const
  part.heard({ kind: 'tunnel', status: { ...statusOf('verified'), proof } }, null)
  assert.equal(looks().length, 4, 'others get through what it took for broken')
  becomes('connected', 'verified', 'connected')
  assert.equal(looks().length, 4, 'a proof that grew old is no news')
})
