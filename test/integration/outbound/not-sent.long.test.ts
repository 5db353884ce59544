/** Tries that end before anything was sent, by what this home itself does: they say nothing about the other server. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import { fetchFailed, fetchTimeout } from '../../../server/net/fetch-errors.ts'
import { type FakePeer, openFakePeer } from '../../support/fake-peer.ts'
import { type OutboundHome, openOutboundHome } from '../../support/outbound-home.ts'

type Scene = OutboundHome & {
  readonly peer: FakePeer
  /** How the next try ends; null for as it does. */
  readonly next: { ends: ((url: string) => Error) | null }
}

/** A home with a follower on a server that failed once; one delivery at a time may go to such servers. */
async function openScene(t: TestContext): Promise<Scene> {
  const peer = await openFakePeer(t)
  const next: Scene['next'] = { ends: null }
  const onDelivery = (url: string): (() => void) => {
    const error = next.ends?.(url)
    next.ends = null
    if (error !== undefined) throw error
    return () => undefined
  }
  const home = await openOutboundHome(t, [peer], { onDelivery, perModel: 1 })
  await home.isFollowedBy(peer.actor('ben'))
  await sql`insert into peers (host, failures, failing_since, last_error)
            values ('peer.example', 1, now() - interval '1 day', 'out of order')`.execute(home.db)
  return { ...home, peer, next }
}

const peerOf = async ({ db }: Scene) =>
  db.selectFrom('peers').select(['failures', 'last_success_at', 'last_error']).executeTakeFirstOrThrow()

const fanOutOf = async ({ db }: Scene) =>
  db.selectFrom('fan_outs').select(['state', 'state_error']).executeTakeFirstOrThrow()

const HOLDS = {
  'no connection became free': (url: string) => fetchTimeout(url, 'pool', 10_000),
  'the owner has paused': (url: string) => fetchFailed(url, 'paused', 'the owner has paused what goes out'),
}

for (const [why, ends] of Object.entries(HOLDS)) {
  test(`${why}: it is tried again, and the server has neither answered nor failed`, async (t) => {
    const scene = await openScene(t)
    scene.next.ends = ends
    await scene.writes({ text: 'hello' })
    await scene.runner.runUntilIdle()
    const { state, state_error: error } = await fanOutOf(scene)
    assert.equal(state, 'new')
    assert.match(error ?? '', new RegExp(why))
    assert.deepEqual(await peerOf(scene), {
      failures: 1,
      last_success_at: null,
      last_error: 'out of order',
    })
    await scene.runner.runUntilIdle({ dueWithinSeconds: 90 })
    assert.deepEqual(scene.peer.sharedInbox.types(), ['Create'])
    assert.equal((await peerOf(scene)).failures, 0)
  })
}

test('a try that ends by an error of this program leaves its place to the next one', async (t) => {
  const scene = await openScene(t)
  scene.next.ends = () => new Error('something broke')
  await scene.writes({ text: 'hello' })
  await scene.runner.runUntilIdle()
  const { state, state_error: error } = await fanOutOf(scene)
  assert.equal(state, 'new')
  assert.match(error ?? '', /something broke/)
  await scene.runner.runUntilIdle({ dueWithinSeconds: 90 })
  assert.deepEqual(scene.peer.sharedInbox.types(), ['Create'])
})
