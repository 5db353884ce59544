import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import { systemClock } from '../../../server/core/clock.ts'
import { createLogger } from '../../../server/core/log.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { fanOutGraph } from '../../../server/domain/fan-outs/fan-out-graph.ts'
import { inboxMessageGraph } from '../../../server/domain/inbox/inbox-message-graph.ts'
import {
  pauseWork,
  readSwitches,
  resumeWork,
  setWorkShare,
  takeEndedPause,
} from '../../../server/domain/owner/switches.ts'
import { postGraph } from '../../../server/domain/posts/post-graph.ts'
import type { Runner } from '../../../server/stator/runner-types.ts'
import { obeySwitches } from '../../../server/workers/obey-switches.ts'
import { type FakePeer, openFakePeer } from '../../support/fake-peer.ts'
import { type OutboundHome, openOutboundHome } from '../../support/outbound-home.ts'
import { until } from '../../support/until.ts'

const LIMITS = { concurrency: 80, concurrencyPerModel: 16, concurrencyPerHost: 4 }
const DAY_MS = 86_400_000

interface Scene {
  readonly home: OutboundHome
  readonly peer: FakePeer
  readonly obeys: (runner: Runner) => void
}

async function setScene(t: TestContext): Promise<Scene> {
  const peer = await openFakePeer(t)
  const home = await openOutboundHome(t, [peer])
  await home.isFollowedBy(peer.actor('bob'))
  const parts = { db: home.db, home: home.home, clock: systemClock, log: createLogger('test', 'silent') }
  const obeys = (runner: Runner): void => {
    const graphs = [postGraph, fanOutGraph, inboxMessageGraph].map((graph) => ({ graph }))
    const { end } = obeySwitches(parts, { runner, graphs, limits: LIMITS })
    t.after(end)
  }
  obeys(home.runner)
  return { home, peer, obeys }
}

async function isPaused({ home }: Scene, runner: Runner): Promise<boolean> {
  const { graphs } = await runner.status()
  assert.equal(graphs.find(({ graph }) => graph === 'posts')?.isPaused, false, 'work at home goes on')
  await home.home.refresh()
  return graphs.find(({ graph }) => graph === 'fan_outs')?.isPaused === true
}

test('while the owner has paused nothing goes out, also after a restart, and then all of it does', async (t) => {
  const scene = await setScene(t)
  const { home, peer, obeys } = scene
  await pauseWork(home.db, null, new Date())
  await until('it is paused', async () => isPaused(scene, home.runner))
  const post = await home.writes({ text: 'from the train' })
  await home.runner.runUntilIdle({ dueWithinSeconds: 60 })
  const runner = await home.restarted()
  obeys(runner)
  await runner.runUntilIdle({ dueWithinSeconds: 60 })
  const row = await home.db.selectFrom('posts').select('state').where('id', '=', post.id).executeTakeFirst()
  assert.equal(row?.state, 'fanned_out')
  assert.deepEqual(peer.sharedInbox.types(), [])
  await resumeWork(home.db, new Date())
  await until('it goes on', async () => !(await isPaused(scene, runner)))
  await until('a worker has taken the pause away', async () => (await readSwitches(home.db)).pause === null)
  await runner.runUntilIdle({ dueWithinSeconds: 60 })
  assert.deepEqual(peer.sharedInbox.types(), ['Create'])
})

test('a pause until a moment ends by itself', async (t) => {
  const scene = await setScene(t)
  const { home } = scene
  await pauseWork(home.db, new Date(Date.now() + 1_500), new Date())
  await until('it is paused', async () => isPaused(scene, home.runner))
  await until('it has ended', async () => !(await isPaused(scene, home.runner)))
  await until('nothing is left of it', async () => (await readSwitches(home.db)).pause === null)
})

test('two weeks of pause bring no delivery to its end', async (t) => {
  const scene = await setScene(t)
  const { home, peer } = scene
  await pauseWork(home.db, null, new Date(Date.now() - 14 * DAY_MS))
  await until('it is paused', async () => isPaused(scene, home.runner))
  await home.writes({ text: 'from far away' })
  await home.runner.runUntilIdle()
  const old = new Date(Date.now() - 13 * DAY_MS)
  await home.db
    .updateTable('fan_outs')
    .set({ state_changed_at: old, state_next_attempt_at: new Date(Date.now() + 1_000) })
    .execute()
  await home.runner.sweep()
  const states = async (): Promise<string[]> =>
    (await home.db.selectFrom('fan_outs').select('state').execute()).map(({ state }) => state)
  assert.deepEqual(await states(), ['new'])
  await resumeWork(home.db, new Date())
  await until('the pause is taken away', async () => (await readSwitches(home.db)).pause === null)
  await home.runner.sweep()
  assert.deepEqual(await states(), ['new'], 'the two weeks are forgiven')
  await home.runner.runUntilIdle({ dueWithinSeconds: 60 })
  assert.deepEqual(peer.sharedInbox.types(), ['Create'])
})

test('on battery a part of the work runs at once, and never none', async (t) => {
  const { home } = await setScene(t)
  const limits = async () => (await home.runner.status()).limits
  await setWorkShare(home.db, 0.25)
  await until('it is lowered', async () => (await limits()).concurrency === 20)
  assert.deepEqual(await limits(), { concurrency: 20, concurrencyPerModel: 4, concurrencyPerHost: 1 })
  await setWorkShare(home.db, 0.05)
  await until('it is lowered more', async () => (await limits()).concurrency === 4)
  assert.equal((await limits()).concurrencyPerHost, 1)
  await setWorkShare(home.db, 1)
  await until('it is as before', async () => (await limits()).concurrency === 80)
})

test('a pause that begins while the one before it is taken away goes on', async (t) => {
  const { db } = await openOutboundHome(t, [])
  await pauseWork(db, null, new Date(Date.now() - DAY_MS))
  await resumeWork(db, new Date())
  const written = Promise.withResolvers<void>()
  const kept = Promise.withResolvers<void>()
  const begins = db.transaction().execute(async (tx) => {
    const value = JSON.stringify({ since: new Date().toISOString(), until: null })
    await tx.updateTable('home_settings').set({ value }).where('key', '=', 'pause').execute()
    written.resolve()
    await kept.promise
  })
  await written.promise
  const taken = inTransaction(db, async (tx) => takeEndedPause(tx, new Date()))
  await until('the other waits for it', async () => {
    const { rows } = await sql<{ waiting: number }>`
      select count(*)::int as waiting from pg_locks join pg_stat_activity using (pid)
       where not granted and locktype = 'transactionid' and datname = current_database()`.execute(db)
    return (rows[0]?.waiting ?? 0) > 0
  })
  kept.resolve()
  await begins
  assert.equal(await taken, null)
  assert.notEqual((await readSwitches(db)).pause, null)
})
