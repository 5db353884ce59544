/** Whose fault it is that nobody answers: that of many dead servers, or of our own line. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import { systemClock } from '../../../server/core/clock.ts'
import { createLogger } from '../../../server/core/log.ts'
import { OFFLINE_REASON } from '../../../server/domain/fan-outs/after-delivery.ts'
import { OfflineGuard } from '../../../server/domain/fan-outs/offline-guard.ts'
import { fetchRefused } from '../../../server/net/fetch-errors.ts'
import type { Runner } from '../../../server/stator/runner-types.ts'
import { tryLineAgain } from '../../../server/workers/try-line-again.ts'
import { type FakePeer, openFakePeer } from '../../support/fake-peer.ts'
import { type OutboundHome, openOutboundHome } from '../../support/outbound-home.ts'

const NAMES = ['one', 'two', 'three', 'four', 'five']

type FiveFollowers = OutboundHome & { readonly peers: FakePeer[]; readonly network: Network }

/** That the home is in; a foreign one leads every name to its own sign-in page. */
interface Network {
  isForeign: boolean
}

/** A home with a follower on each of five servers. */
async function openFive(t: TestContext): Promise<FiveFollowers> {
  const peers: FakePeer[] = []
  for (const name of NAMES) peers.push(await openFakePeer(t, { host: `${name}.example` }))
  const network: Network = { isForeign: false }
  const onDelivery = (url: string): (() => void) => {
    if (network.isForeign)
      throw fetchRefused(url, 'address', 'it has the address 10.0.0.1, which is not public')
    return () => undefined
  }
  const opened = await openOutboundHome(t, peers, { onDelivery })
  for (const peer of peers) await opened.isFollowedBy(peer.actor('x'))
  return { ...opened, peers, network }
}

/** The same, and each of them has had a post already. */
async function withFivePeers(t: TestContext): Promise<FiveFollowers> {
  const opened = await openFive(t)
  await opened.writes({ text: 'all is well' })
  await opened.runner.runUntilIdle()
  for (const peer of opened.peers) assert.equal(peer.sharedInbox.received.length, 1, peer.host)
  await sql`delete from fan_outs`.execute(opened.db)
  return opened
}

interface Facts {
  readonly attempts: number
  readonly error: string | null
  readonly dueIn: number
}

async function waitingOf({ db }: OutboundHome): Promise<Facts[]> {
  const { rows } = await sql<Facts>`
    select state_attempts as attempts, state_error as error,
           extract(epoch from state_next_attempt_at - now())::float8 as "dueIn"
      from fan_outs where state = 'new'`.execute(db)
  return rows
}

/** What comes beside another one for a server that failed comes again a little later. */
async function runsTwice(runner: Runner): Promise<void> {
  for (let count = 0; count < 2; count += 1) await runner.runUntilIdle({ dueWithinSeconds: 200 })
}

async function failuresOf({ db }: OutboundHome): Promise<number[]> {
  const rows = await db.selectFrom('peers').select('failures').orderBy('host').execute()
  return rows.map(({ failures }) => failures)
}

test('when nobody answers it is our own line: nothing is counted, and all goes out when it is back', async (t) => {
  const home = await withFivePeers(t)
  const { db, peers, writes, runner, restarted } = home
  for (const peer of peers) peer.cutOff()
  // Fewer than open a breaker, should all of one server be the first to be given up.
  for (const text of ['first', 'second']) await writes({ text })
  await runner.runUntilIdle()

  const waiting = await waitingOf(home)
  assert.equal(waiting.length, 10)
  const uncounted = waiting.filter(({ attempts }) => attempts === 0)
  assert.ok(uncounted.length >= 6, `${uncounted.length} of 10 are uncounted`)
  assert.ok(uncounted.every(({ error }) => error === OFFLINE_REASON))

  const dueNow = async (): Promise<number> =>
    (await waitingOf(home)).filter(({ error, dueIn }) => error === OFFLINE_REASON && dueIn <= 0).length
  assert.equal(await dueNow(), 0)
  const log = createLogger('test', 'silent')
  await tryLineAgain({ db, log, line: new OfflineGuard(systemClock) }, 'network')
  assert.equal(await dueNow(), 1)

  for (const peer of peers) peer.joinAgain()
  // A worker that knows nothing of the silence finds the line back with its first delivery.
  const second = await restarted()
  await runsTwice(second)
  for (const peer of peers) assert.equal(peer.sharedInbox.received.length, 3, peer.host)
})

test('where every name leads to a sign-in page nothing is lost: all goes out on the next network', async (t) => {
  const home = await withFivePeers(t)
  home.network.isForeign = true
  for (const text of ['first', 'second']) await home.writes({ text })
  await home.runner.runUntilIdle()
  const waiting = await waitingOf(home)
  assert.equal(waiting.length, 10)
  assert.ok(waiting.filter(({ error }) => error === OFFLINE_REASON).length >= 6)
  home.network.isForeign = false
  const second = await home.restarted()
  await runsTwice(second)
  for (const peer of home.peers) assert.equal(peer.sharedInbox.received.length, 3, peer.host)
})

test('a server whose name leads nowhere public is given up after seven days, as any other that is not reached', async (t) => {
  const home = await openFive(t)
  home.network.isForeign = true
  await home.writes({ text: 'to nobody' })
  await home.runner.runUntilIdle()
  assert.deepEqual(await failuresOf(home), [1, 1, 1, 1, 1])
  for (const { attempts, error } of await waitingOf(home)) {
    assert.equal(attempts, 1)
    assert.match(error ?? '', /10\.0\.0\.1, which is not public/)
  }
  await sql`update fan_outs set state_changed_at = now() - interval '8 days'`.execute(home.db)
  await home.runner.sweep()
  const states = await home.db.selectFrom('fan_outs').select('state').distinct().execute()
  assert.deepEqual(states, [{ state: 'failed' }])
})

test('servers that refuse or break off are their own trouble, also when all do: the line is there', async (t) => {
  const home = await withFivePeers(t)
  for (const peer of home.peers) peer.inboxAnswer = () => 'reset'
  await home.writes({ text: 'to nobody' })
  await home.runner.runUntilIdle()
  assert.deepEqual(await failuresOf(home), [1, 1, 1, 1, 1])
  const waiting = await waitingOf(home)
  assert.deepEqual(
    waiting.map(({ attempts }) => attempts),
    [1, 1, 1, 1, 1],
  )
  for (const peer of home.peers) await peer.close()
  await home.runner.runUntilIdle({ dueWithinSeconds: 90 })
  assert.deepEqual(await failuresOf(home), [2, 2, 2, 2, 2])
  assert.ok((await waitingOf(home)).every(({ error }) => error !== OFFLINE_REASON))
})

test('servers that have never answered prove nothing by their silence', async (t) => {
  const home = await openFive(t)
  for (const peer of home.peers) peer.cutOff()
  await home.writes({ text: 'to nobody' })
  await home.runner.runUntilIdle()
  assert.deepEqual(await failuresOf(home), [1, 1, 1, 1, 1])
  assert.ok((await waitingOf(home)).every(({ error }) => error !== OFFLINE_REASON))
})
