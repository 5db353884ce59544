/** What the doctor makes of ways that it sees from this machine alone: what that cannot know, it does not say. */
import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import { fetchFailed, fetchTimeout } from '../../../../server/net/fetch-errors.ts'
import { echoSocket } from '../../../../server/net/outside/live-exchange.ts'
import { checkDns } from '../../../../server/domain/doctor/outside/check-dns.ts'
import { checkTls } from '../../../../server/domain/doctor/outside/check-tls.ts'
import { withoutDisproved } from '../../../../server/domain/doctor/outside/disproved.ts'
import { requireAsked } from '../../../../server/domain/doctor/outside/look-around.ts'
import { asDoctorCheck, codeOf } from '../../../../server/domain/doctor/outside/verdict.ts'
import { outsideChecks } from '../../../../server/domain/doctor/outside/checks.ts'
import type {
  Attempt,
  OutsideAnswer,
  OutsideWorld,
  Reach,
} from '../../../../server/domain/doctor/outside/world.ts'

const NOW = new Date('2026-03-01T09:00:00.000Z')
const ANSWER = { status: 200, headers: {}, certificate: null, at: NOW } as unknown as OutsideAnswer

const failed = (family: 4 | 6, code: string): Attempt => ({
  vantage: 'home',
  family,
  address: family === 4 ? '203.0.113.7' : '2001:db8::7',
  failure: { reason: 'connection', phase: null, code, message: `connect ${code}` },
  answer: null,
  isProven: false,
})
const proven = (family: 4 | 6 | null): Attempt => ({
  vantage: family === null ? 'ssh' : 'home',
  family,
  address: null,
  failure: null,
  answer: ANSWER,
  isProven: true,
})

interface Seen extends Pick<Partial<OutsideWorld>, 'peerProvedAt'> {
  readonly attempts: readonly Attempt[]
  readonly addresses?: Partial<Reach['addresses']>
  readonly privateAddresses?: readonly string[]
}

function worldOf({ attempts, addresses, privateAddresses = [], peerProvedAt = null }: Seen): OutsideWorld {
  const reach: Reach = {
    addresses: { v4: ['203.0.113.7'], v6: [], by: 'zone', failure: null, ...addresses },
    privateAddresses,
    attempts,
    best: attempts.find(({ isProven }) => isProven) ?? null,
    needsBrowser: false,
  }
  const world = {
    host: 'home.example',
    hasSsh: attempts.some(({ vantage }) => vantage === 'ssh'),
    isMetered: true,
    clock: { now: () => NOW },
    peerProvedAt,
    reach: async () => reach,
  }
  return world as unknown as OutsideWorld
}

async function found(seen: Seen): Promise<string> {
  const codes = await Promise.all(
    [checkDns, checkTls].map(async (check) => check.run(worldOf(seen), {} as never)),
  )
  return codes
    .flat()
    .map(({ code }) => code)
    .join(' ')
}

test('a port that only the home finds closed is a router that leads nobody back in, where another server got through lately', async () => {
  const attempts = [failed(4, 'ECONNREFUSED')]
  const ago = (ms: number): Date => new Date(NOW.getTime() - ms)
  assert.equal(await found({ attempts }), 'PORT_CLOSED')
  assert.equal(await found({ attempts, peerProvedAt: ago(60_000) }), 'HAIRPIN')
  assert.equal(await found({ attempts, peerProvedAt: ago(7_200_000) }), 'PORT_CLOSED')
})

test('what another server disproved while the doctor looked is told as harmless, and the rest as it was', () => {
  const finding = {
    name: 'tls',
    state: 'bad' as const,
    codes: [codeOf('PORT_CLOSED', 'network', { host: 'home.example' }), codeOf('CLOCK_SKEW', 'home', {})],
  }
  const later = new Date(NOW.getTime() + 1)
  const [lifted] = withoutDisproved([finding], NOW, later)
  assert.deepEqual([lifted?.state, lifted?.codes.map(({ code }) => code)], ['bad', ['HAIRPIN', 'CLOCK_SKEW']])
  assert.deepEqual(withoutDisproved([finding], later, NOW), [finding])
  assert.deepEqual(withoutDisproved([finding], NOW, null), [finding])
})

test('an IPv6 address is dead where it refuses; where nothing comes back this machine may have no IPv6 that works', async () => {
  const addresses = { v6: ['2001:db8::7'] }
  const beside = async (code: string): Promise<string> =>
    found({ attempts: [proven(4), failed(6, code)], addresses })
  assert.equal(await beside('ECONNREFUSED'), 'IPV6_DEAD')
  for (const code of ['EHOSTUNREACH', 'EACCES', 'ENETUNREACH', 'ETIMEDOUT'])
    assert.equal(await beside(code), '')
  const alone = found({ attempts: [failed(6, 'EHOSTUNREACH')], addresses: { v4: [], ...addresses } })
  await assert.rejects(alone, /this machine finds no way there: connect EHOSTUNREACH/)
  const offline = found({ attempts: [failed(4, 'ENETUNREACH')] })
  await assert.rejects(offline, /finds no way/, 'a machine without a network has seen nothing that is good')
})

test('an address of the house is told by the resolver of the house: it is no proof of what the world is told', async () => {
  const told = { addresses: { v4: ['10.0.0.7'], by: 'system' as const }, privateAddresses: ['10.0.0.7'] }
  await assert.rejects(found({ ...told, attempts: [] }), /10\.0\.0\.7, which only this network reaches/)
  assert.equal(await found({ ...told, attempts: [proven(null)] }), '')
  assert.equal(await found({ ...told, addresses: { v4: ['10.0.0.7'] }, attempts: [] }), 'PRIVATE_ADDRESS')
})

test('what did not come in time is no verdict on whoever was asked', () => {
  const url = 'https://home.example/'
  assert.throws(() => requireAsked(fetchTimeout(url, 'read', 4_000)))
  assert.throws(() => requireAsked(fetchFailed(url, 'aborted', 'time is up')))
  requireAsked(fetchFailed(url, 'closed', 'the connection was closed'))
})

test('a web socket of which nothing comes in time is told apart from one that is refused or cut', async () => {
  const outcomeOf = async (socket: Duplex, limitMs: number) =>
    echoSocket(socket, {
      path: '/',
      headers: [['Host', 'home.example']],
      limitMs,
      signal: new AbortController().signal,
      message: 'are you there?',
      idleMs: 0,
    })
  const silent = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
  assert.deepEqual(await outcomeOf(silent, 10), { kind: 'nothing', status: null, isLate: true })
  const cut: Duplex = new Duplex({ read: () => undefined, write: () => void cut.destroy(new Error('cut')) })
  assert.deepEqual(await outcomeOf(cut, 60_000), { kind: 'nothing', status: null, isLate: false })
})

test('where nobody answers at the name, nothing beyond it is called good', async () => {
  const lost = worldOf({ attempts: [], addresses: { v4: [] } })
  const world = { ...lost, isReached: async () => false } as OutsideWorld
  const run = { world: async () => world } as never
  const looked = await Promise.all(
    outsideChecks.map(
      async (check) => [check.name, await asDoctorCheck(check).run({} as never, run)] as const,
    ),
  )
  const told = looked
    .filter(([, finding]) => finding !== null)
    .map(([name, finding]) => [name, finding?.state])
  assert.deepEqual(told, [['dns', 'bad']])
})
