import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { inTransaction } from '../../../server/db/transaction.ts'
import { blockDomain, unblockDomain } from '../../../server/domain/blocks/domain-blocks.ts'
import {
  closeBreakers,
  listRemarkablePeers,
  putOffHosts,
  recordFailures,
  tryFarHosts,
  tryHostNow,
  trySilentHosts,
} from '../../../server/domain/fan-outs/breaker.ts'
import {
  freeForgotten,
  nextTryOf,
  parkDeliveries,
} from '../../../server/domain/fan-outs/parked-deliveries.ts'
import { startPurge } from '../../../server/domain/peers/purge-peer.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { until } from '../../support/until.ts'

const DAY_MS = 86_400_000
const silent = await openFakePeer(undefined, { host: 'silent.example' })
const dead = await openFakePeer(undefined, { host: 'dead.example' })
const bad = await openFakePeer(undefined, { host: 'bad.example' })
const deep = await openFakePeer(undefined, { host: 'deep.bad.example' })
const friendly = await openFakePeer(undefined, { host: 'friend.example' })
const home = await openFederationHome({ peers: [silent, dead, bad, deep, friendly] })
const { db } = home.context

async function peerRow(host: string) {
  return db.selectFrom('peers').selectAll().where('host', '=', host).executeTakeFirstOrThrow()
}

const failureOf = (host: string, failures: number, retryAfterSeconds: number | null = null) => ({
  host,
  failures,
  error: 'nobody there',
  retryAfterSeconds,
})

async function fails(host: string, sinceDays: number): Promise<void> {
  const failure = [failureOf(host, 3)]
  await recordFailures(db, failure, () => new Date())
  const since = new Date(Date.now() - sinceDays * DAY_MS)
  await db.updateTable('peers').set({ failing_since: since }).where('host', '=', host).execute()
  await recordFailures(db, failure, () => new Date())
}

/** As if its time had come. */
async function isDue(host: string): Promise<void> {
  await db.updateTable('peers').set({ state_next_attempt_at: new Date() }).where('host', '=', host).execute()
  await home.work()
}

const secondsUntil = (moment: Date | null): number => ((moment?.getTime() ?? 0) - Date.now()) / 1_000

test('a server is unavailable after seven silent days, is asked once a day, and is back when it answers', async () => {
  const bob = silent.actor('bob')
  await home.isFollowedBy(bob)
  await home.work()
  assert.equal((await peerRow(silent.host)).software, 'fakepeer')
  await fails(silent.host, 6)
  assert.equal((await peerRow(silent.host)).unavailable_at, null)
  await fails(silent.host, 8)
  const gone = await peerRow(silent.host)
  assert.ok(gone.unavailable_at)
  assert.equal(gone.state, 'unreachable')
  assert.ok(secondsUntil(gone.state_next_attempt_at) > 86_000)
  const before = silent.sharedInbox.types().length
  await home.writes('nobody hears this')
  await home.work()
  assert.equal(silent.sharedInbox.types().length, before)
  const waiting = await db
    .selectFrom('fan_outs')
    .select('id')
    .where('host', '=', silent.host)
    .where('state', '=', 'new')
    .execute()
  assert.deepEqual(waiting, [], 'nothing is queued for it')

  silent.answers('/.well-known/nodeinfo', () => 'reset')
  await isDue(silent.host)
  const still = await peerRow(silent.host)
  assert.equal(still.state, 'unreachable', 'one silent answer, and it is left alone for a day again')
  assert.ok(secondsUntil(still.state_next_attempt_at) > 86_000)
  silent.answers('/.well-known/nodeinfo', () => ({ status: 404 }))
  await isDue(silent.host)
  const back = await peerRow(silent.host)
  assert.deepEqual(
    [back.unavailable_at, back.failures],
    [null, 0],
    'a server without NodeInfo is there all the same',
  )
  silent.forgets('/.well-known/nodeinfo')
  await home.writes('hello again')
  await home.work()
  assert.equal(silent.sharedInbox.types().length, before + 1)
})

test('a server that speaks is revived at once, and asked anew what it runs', async () => {
  const eve = dead.actor('eve')
  await home.isFollowedBy(eve)
  await fails(dead.host, 30)
  await db.updateTable('peers').set({ software: 'old' }).where('host', '=', dead.host).execute()
  // As the inbox does, which listens for signs of life once in ten seconds for each server.
  assert.deepEqual(await closeBreakers(db, [dead.host]), [dead.host])
  const row = await peerRow(dead.host)
  assert.deepEqual([row.state, row.unavailable_at], ['outdated', null])
  await home.work()
  assert.equal((await peerRow(dead.host)).software, 'fakepeer')
})

test('"try now" makes what waits due, and one more failure opens the breaker again', async () => {
  const joe = dead.actor('joe')
  await home.isFollowedBy(joe)
  await home.work()
  await fails(dead.host, 1)
  await home.writes('for later')
  await home.work()
  const before = dead.sharedInbox.types().length
  const tried = await inTransaction(db, async (tx) => tryHostNow(tx, dead.host))
  assert.equal(tried, 1)
  assert.equal((await peerRow(dead.host)).failures, 2)
  await home.work()
  assert.equal(dead.sharedInbox.types().length, before + 1)
  assert.equal(await inTransaction(db, async (tx) => tryHostNow(tx, 'never.example')), null)
})

/** Six deliveries, to a server that has failed once. */
async function waitFor(host: string): Promise<void> {
  await home.isFollowedBy(friendly.actor('ann'))
  await home.writes('for many')
  await home.work()
  await sql`insert into peers (host, failures, failing_since) values (${host}, 1, now())`.execute(db)
  await sql`
    insert into fan_outs (activity_id, inbox_uri, host, object_uri)
    select first.activity_id, 'https://' || ${host}::text || '/inbox/' || n, ${host}, first.object_uri
      from (select activity_id, object_uri from fan_outs limit 1) as first, generate_series(1, 6) as n`.execute(
    db,
  )
}

async function dueSecondsOf(host: string): Promise<number[]> {
  const rows = await db
    .selectFrom('fan_outs')
    .select('state_next_attempt_at')
    .where('host', '=', host)
    .where('state', '=', 'new')
    .orderBy('id')
    .execute()
  return rows.map((row) => secondsUntil(row.state_next_attempt_at))
}

test('a server that answers while it is being put off has all that waits for it', async () => {
  const host = 'both.example'
  await waitFor(host)
  const isPutOff = Promise.withResolvers<void>()
  const mayCommit = Promise.withResolvers<void>()
  const puttingOff = db.transaction().execute(async (tx) => {
    await tx
      .updateTable('peers')
      .set({ retry_at: sql<Date>`now() + interval '5 minutes'` })
      .where('host', '=', host)
      .execute()
    await parkDeliveries(tx, [host])
    isPutOff.resolve()
    await mayCommit.promise
  })
  await Promise.race([isPutOff.promise, puttingOff])
  const closing = closeBreakers(db, [host])
  await until('the answer waits for the other', async () => {
    const { rows } = await sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
      db,
    )
    return rows.length > 0
  })
  mayCommit.resolve()
  await puttingOff
  assert.deepEqual(await closing, [host])
  assert.ok((await dueSecondsOf(host)).every((seconds) => seconds <= 0))
  await db.deleteFrom('fan_outs').where('host', '=', host).execute()
})

test('what was parked as its server came back is found, and what waits for something else waits on', async () => {
  const host = 'back.example'
  await waitFor(host)
  await putOffHosts(db, [{ host, seconds: 200 }], () => new Date())
  await sql`update fan_outs set state_error = '503' where host = ${host} and inbox_uri like '%/6'`.execute(db)
  assert.equal(await freeForgotten(db, 100), 0, 'it is left alone still')
  await sql`update peers set failures = 0, retry_at = null where host = ${host}`.execute(db)
  assert.equal(await freeForgotten(db, 2), 2)
  assert.equal(await freeForgotten(db, 100), 3)
  const [last = 0, ...others] = (await dueSecondsOf(host)).toReversed()
  assert.ok(last > 3_600)
  assert.ok(others.every((seconds) => seconds <= 0))
  await db.deleteFrom('fan_outs').where('host', '=', host).execute()
})

test('a server that asks for patience as its breaker opens is given it', async () => {
  const now = () => new Date()
  await recordFailures(db, [failureOf('patient.example', 2, 7_200)], now)
  assert.equal((await peerRow('patient.example')).retry_at, null)
  await recordFailures(db, [failureOf('patient.example', 1, 7_200)], now)
  await recordFailures(db, [failureOf('eternal.example', 3, 900_000)], now)
  const seconds = async (host: string) => Math.round(secondsUntil((await peerRow(host)).retry_at) / 60) * 60
  assert.equal(await seconds('patient.example'), 7_200)
  assert.equal(await seconds('eternal.example'), 86_400, 'a day at most')
  await db.deleteFrom('peers').where('host', 'in', ['patient.example', 'eternal.example']).execute()
})

test('a server whose turn has not come is left alone with all that waits for it, which is written once', async () => {
  const host = 'late.example'
  await waitFor(host)
  const dueIn = async () => dueSecondsOf(host)
  const putOff = async (seconds: number) => putOffHosts(db, [{ host, seconds }], () => new Date())
  const [told] = await putOff(200)
  assert.ok(Math.abs(secondsUntil(told?.retry_at ?? null) - 200) < 60)
  const [first = 0, ...others] = await dueIn()
  assert.ok(first > 200 && first < 400, 'one of them comes behind the one that asked')
  assert.equal(others.length, 5)
  assert.ok(others.every((seconds) => seconds > 3_600))
  const { rows: shown } = await sql<{ at: Date | null }>`
    select ${nextTryOf('fan_outs')} as at from fan_outs where host = ${host} and state = 'new'`.execute(db)
  assert.equal(shown.length, 6)
  // The owner is told when the server is asked, and not when each of them would come by itself.
  assert.ok(shown.every(({ at }) => Math.abs(secondsUntil(at) - 200) < 60))
  const written = async () =>
    (await sql`select ctid from fan_outs where host = ${host} order by id`.execute(db)).rows
  const before = await written()
  await putOff(280)
  const after = await written()
  assert.notDeepEqual(after[0], before[0])
  assert.deepEqual(after.slice(1), before.slice(1))
  await recordFailures(db, [failureOf(host, 1)], () => new Date())
  assert.ok((await peerRow(host)).retry_at, 'what waits for it is made due by its answer')
  assert.deepEqual(await closeBreakers(db, [host]), [host])
  assert.ok((await dueIn()).every((seconds) => seconds <= 0))
  assert.deepEqual(await putOff(200), [], 'and it is not put off any more')
  await db.deleteFrom('fan_outs').where('host', '=', host).execute()
})

test('when a server is tried again is told in the time of the worker that asks, whatever its clock says', async () => {
  const host = 'skewed.example'
  await sql`insert into peers (host, failures, failing_since, retry_at)
            values (${host}, 5, now(), now() + interval '10 minutes')`.execute(db)
  for (const minutes of [-30, 30]) {
    const now = new Date(Date.now() + minutes * 60_000)
    const told = (await listRemarkablePeers(db, now)).find((peer) => peer.host === host)
    const seconds = ((told?.retry_at?.getTime() ?? 0) - now.getTime()) / 1000
    assert.ok(seconds > 500 && seconds <= 601, `${seconds}`)
  }
  await db.deleteFrom('peers').where('host', '=', host).execute()
})

test('when our own line is back, whatever fell silent lately is tried within two seconds, and nothing else', async () => {
  const bob = friendly.actor('bob')
  await home.isFollowedBy(bob)
  await home.work()
  await fails(friendly.host, 0)
  await home.writes('said while the line was gone')
  await home.work()
  await db
    .updateTable('fan_outs')
    .set({ state_next_attempt_at: sql<Date>`now() + interval '1 hour'` })
    .execute()
  const waiting = async (): Promise<readonly string[]> => {
    const rows = await db
      .selectFrom('fan_outs')
      .select('host')
      .where('state', '=', 'new')
      .where(sql<boolean>`state_next_attempt_at > now() + interval '2 s'`)
      .execute()
    return rows.map(({ host }) => host)
  }
  assert.ok((await waiting()).includes(friendly.host))
  assert.deepEqual(await inTransaction(db, trySilentHosts), [friendly.host])
  assert.equal((await waiting()).includes(friendly.host), false)
  assert.equal((await peerRow(friendly.host)).retry_at, null)
})

test('a host that a clock far ahead has put to rest is tried when that is set right, and others wait on', async () => {
  const bob = silent.actor('bob')
  await home.isFollowedBy(bob)
  await home.isFollowedBy(dead.actor('joe'))
  await home.work()
  for (const host of [silent.host, dead.host]) await fails(host, 8)
  const row = (host: string) => db.updateTable('peers').where('host', '=', host)
  const yearAhead = sql<Date>`now() + interval '1 year'`
  const asleep = { retry_at: yearAhead, unavailable_at: yearAhead, state_next_attempt_at: yearAhead }
  await row(silent.host).set(asleep).execute()
  const waits = await peerRow(dead.host)
  const before = await peerRow(silent.host)
  const tryFar = async () => db.transaction().execute(async (tx) => tryFarHosts(tx, 10))
  assert.deepEqual(await tryFar(), [silent.host])
  const tried = await peerRow(silent.host)
  assert.deepEqual([tried.retry_at, tried.unavailable_at, tried.state], [null, null, 'outdated'])
  assert.deepEqual(tried.failing_since, before.failing_since, 'it is no sign of life')
  assert.ok(secondsUntil(tried.state_next_attempt_at) <= 0)
  assert.deepEqual(await peerRow(dead.host), waits)
  assert.deepEqual(await tryFar(), [])
  // A purge is not broken off by it.
  await row(silent.host)
    .set({ ...asleep, state: 'purged', state_next_attempt_at: null })
    .execute()
  assert.deepEqual(await tryFar(), [silent.host])
  assert.equal((await peerRow(silent.host)).state, 'purged')
  await row(silent.host).set({ state: 'outdated', state_next_attempt_at: new Date() }).execute()
  await home.work()
  assert.equal((await peerRow(silent.host)).failures, 0)
})

test('on the owner’s word everything of a blocked domain is deleted, and nothing else', async () => {
  const [eve, mal, friend] = [bad.actor('eve'), deep.actor('mal'), friendly.actor('friend')]
  for (const actor of [eve, mal, friend]) {
    await home.follows(actor)
    const notes = Array.from({ length: 3 }, () =>
      actor.create(
        actor.note({ attachment: [{ type: 'Image', mediaType: 'image/png', url: `${actor.uri}.png` }] }),
      ),
    )
    await home.takes(actor, ...notes)
  }
  const mine = await home.writes('an answer to nobody any more')
  await home.takes(eve, eve.like(mine.uri), eve.follow(home.me.uri))
  const count = async (): Promise<Record<string, number>> => {
    const of = async (host: string): Promise<number> =>
      Number(
        (
          await db
            .selectFrom('posts')
            .innerJoin('actors', 'actors.id', 'posts.author_id')
            .select(({ fn }) => fn.countAll<string>().as('count'))
            .where('actors.host', '=', host)
            .executeTakeFirstOrThrow()
        ).count,
      )
    return { bad: await of(bad.host), deep: await of(deep.host), friend: await of(friendly.host) }
  }
  assert.deepEqual(await count(), { bad: 3, deep: 3, friend: 3 })
  assert.equal(await inTransaction(db, async (tx) => startPurge(tx, 'bad.example')), 0, 'not without a block')
  const word = { domain: 'bad.example', comment: '', now: new Date() }
  await inTransaction(db, async (tx) => blockDomain(tx, word))
  assert.equal(await inTransaction(db, async (tx) => startPurge(tx, 'bad.example')), 2)
  await home.work()
  assert.deepEqual(await count(), { bad: 0, deep: 0, friend: 3 })
  for (const table of ['actors', 'inbox_messages', 'fan_outs'] as const) {
    const left = await db
      .selectFrom(table)
      .select('host')
      .where('host', 'in', [bad.host, deep.host])
      .execute()
    assert.deepEqual(left, [], table)
  }
  assert.equal((await peerRow(bad.host)).state, 'purged')
  assert.equal((await peerRow(deep.host)).state, 'purged')
  assert.ok(await home.post(mine.uri), 'what was written here stays')
  await inTransaction(db, async (tx) => unblockDomain(tx, word))
  assert.equal((await peerRow(bad.host)).state, 'outdated', 'and is met anew after the block')
})

test('a block that is taken back before the purge has begun saves everything', async () => {
  const eve = bad.actor('eva')
  await home.context.home.refresh()
  await home.follows(eve)
  const note = eve.note()
  await home.takes(eve, eve.create(note))
  const word = { domain: 'bad.example', comment: '', now: new Date() }
  await inTransaction(db, async (tx) => {
    await blockDomain(tx, word)
    await startPurge(tx, 'bad.example')
    await unblockDomain(tx, word)
  })
  await home.work()
  assert.ok(await home.post(note.id))
  assert.equal((await peerRow(bad.host)).state, 'updated')
})
