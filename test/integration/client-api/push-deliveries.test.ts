/** What becomes of pushes whose receivers are gone, busy, refusing or no longer allowed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { inTransaction } from '../../../server/db/transaction.ts'
import { revokeTokenById } from '../../../server/domain/oauth/tokens.ts'
import type { Row } from '../../../server/db/tables.ts'
import type { Script } from '../../support/fake-peer.ts'
import { PATH, type World, openWorld } from '../../support/push-world.ts'

/** Makes what waits due. */
async function hasten({ home }: World): Promise<void> {
  await sql`update push_subscriptions set retry_at = null`.execute(home.db)
  await sql`update push_deliveries set state_next_attempt_at = now() where state = 'new'`.execute(home.db)
}

test('who is muted or blocked pushes nothing', async (t) => {
  const world = await openWorld(t)
  const { home } = world
  const app = await home.app(['write:mutes', 'write:blocks'])
  await world.subscribe()
  const [muted, blocked] = [await world.someone('Muted'), await world.someone('Blocked')]
  await app.post(`/api/v1/accounts/${muted.id}/mute`)
  await app.post(`/api/v1/accounts/${blocked.id}/block`)
  await world.tell({ kind: 'follow', fromActorId: muted.id }, { kind: 'follow', fromActorId: blocked.id })
  assert.deepEqual(await world.states(), [])
})

test('a receiver that is gone is forgotten with all that waits for it', async (t) => {
  for (const status of [404, 410]) {
    const world = await openWorld(t)
    world.service.answers('/device', () => ({ status }))
    await world.subscribe()
    await world.tell({ kind: 'follow' })
    await world.runner.runUntilIdle()
    assert.equal((await world.app.ask(PATH)).status, 404)
    assert.deepEqual(await world.states(), [])
  }
})

test('a service in trouble is tried later and later, and as late as it asks; then all comes through once', async (t) => {
  const world = await openWorld(t)
  const { home, service } = world
  const waits = async (): Promise<number> => {
    const { rows } = await sql<{ seconds: number }>`
      select extract(epoch from state_next_attempt_at - now())::float8 as seconds from push_deliveries
       where state = 'new'`.execute(home.db)
    return rows[0]?.seconds ?? Number.NaN
  }
  const answers = async (script: Script, from: number, to: number): Promise<void> => {
    service.answers('/device', script)
    await hasten(world)
    await world.runner.runUntilIdle()
    const seconds = await waits()
    assert.ok(seconds > from && seconds < to, `${seconds} s are not between ${from} and ${to}`)
  }
  await world.subscribe()
  await world.tell({ kind: 'follow' })
  await answers(() => ({ status: 503 }), 10, 19)
  await answers(() => ({ status: 500 }), 25, 37)
  await answers(() => 'reset', 50, 73)
  await answers(() => ({ status: 429, headers: { 'retry-after': '900' } }), 890, 1_090)
  const asked = service.requests.length
  // Another one for the same receiver does not even try.
  await world.tell({ kind: 'follow_request' })
  await world.runner.runUntilIdle()
  assert.equal(service.requests.length, asked)
  service.answers('/device', () => ({ status: 201 }))
  await hasten(world)
  await world.runner.runUntilIdle()
  assert.equal(service.requests.length, asked + 2)
  assert.deepEqual(await world.states(), ['sent', 'sent'])
  const row = await home.db.selectFrom('push_subscriptions').selectAll().executeTakeFirstOrThrow()
  assert.deepEqual([row.failures, row.retry_at, row.refused_since], [0, null, null])
})

test('what is refused is not repeated, and who refuses for a week is let go', async (t) => {
  const world = await openWorld(t)
  const { home, service } = world
  service.answers('/device', () => ({ status: 403 }))
  await world.subscribe()
  await world.tell({ kind: 'follow' })
  await world.runner.runUntilIdle()
  assert.deepEqual(await world.states(), ['failed'])
  assert.equal((await world.app.ask(PATH)).status, 200)
  await sql`update push_subscriptions set refused_since = now() - interval '8 days'`.execute(home.db)
  await world.tell({ kind: 'follow_request' })
  await world.runner.runUntilIdle()
  assert.equal((await world.app.ask(PATH)).status, 404)
  assert.equal(world.received().length, 2)
})

test('a redirect is not followed, and no push goes to a private address', async (t) => {
  const world = await openWorld(t)
  const { service, receiver } = world
  service.answers('/device', () => ({ status: 307, headers: { location: 'https://push.example/elsewhere' } }))
  await world.subscribe()
  await world.tell({ kind: 'follow' })
  await world.runner.runUntilIdle()
  assert.deepEqual(await world.states(), ['failed'])
  assert.equal(world.received().length, 1)
  await world.subscribe({ subscription: { endpoint: 'https://127.0.0.1:8443/device', keys: receiver.keys } })
  await world.tell({ kind: 'follow_request' })
  await world.runner.runUntilIdle()
  const row = await world.home.db
    .selectFrom('push_deliveries')
    .select(['state', 'state_error'])
    .executeTakeFirstOrThrow()
  assert.deepEqual(row, { state: 'failed', state_error: 'not sent: address' })
})

test('a token that is taken back ends its pushes at once, those on their way too', async (t) => {
  const world = await openWorld(t)
  const { home } = world
  await world.subscribe()
  const other = await home.app(['push'])
  await world.subscribe({}, other)
  await world.tell({ kind: 'follow' })
  const rows: Row<'push_subscriptions'>[] = await home.db
    .selectFrom('push_subscriptions')
    .selectAll()
    .orderBy('id')
    .execute()
  await inTransaction(home.db, async (tx) => revokeTokenById(tx, rows[0]?.token_id ?? '', new Date()))
  await world.runner.runUntilIdle()
  assert.deepEqual(
    world.received().map(({ message }) => message['access_token']),
    [other.token],
  )
  assert.equal((await home.db.selectFrom('push_subscriptions').select('id').execute()).length, 1)
  // Also where the whole app is removed.
  await home.db.deleteFrom('oauth_apps').execute()
  assert.deepEqual(await world.states(), [])
})

test('of what waits for one receiver the oldest is dropped', async (t) => {
  const world = await openWorld(t)
  await world.subscribe()
  const posts = await Promise.all(
    Array.from({ length: 120 }, async () => world.home.others.post(world.home.ana)),
  )
  const told: string[] = []
  for (const part of [posts.slice(0, 110), posts.slice(110)])
    told.push(...(await world.tell(...part.map(({ id }) => ({ kind: 'favourite', postId: id }) as const))))
  const rows = await world.home.db
    .selectFrom('push_deliveries')
    .select('notification_id')
    .orderBy('id')
    .execute()
  // The hundred newest of those that waited before, and what has just come.
  assert.deepEqual(
    rows.map((row) => row.notification_id),
    told.slice(10),
  )
})

test('pushes that are due together cost a fixed number of statements', async (t) => {
  const world = await openWorld(t)
  const { home } = world
  await world.subscribe()
  const posts = await Promise.all(Array.from({ length: 20 }, async () => home.others.post(home.ana)))
  await world.tell(...posts.map(({ id }) => ({ kind: 'favourite', postId: id }) as const))
  const before = home.statementCount()
  await world.runner.runUntilIdle()
  const cost = home.statementCount() - before
  assert.equal(world.received().length, 20)
  assert.ok(cost < 60, `${cost} statements`)
})
