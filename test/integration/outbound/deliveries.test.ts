import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import type { Database } from '../../../server/db/pool.ts'
import { closeBreakers } from '../../../server/domain/fan-outs/breaker.ts'
import { OfflineGuard, type Silence } from '../../../server/domain/fan-outs/offline-guard.ts'
import { editPost } from '../../../server/domain/posts/edit-post.ts'
import { createLogger } from '../../../server/core/log.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { fetchTimeout } from '../../../server/net/fetch-errors.ts'
import { tryLineAgain } from '../../../server/workers/try-line-again.ts'
import { type FakePeer, type ScriptedAnswer, openFakePeer } from '../../support/fake-peer.ts'
import { type OutboundHome, mentionMap, openOutboundHome } from '../../support/outbound-home.ts'

interface FanOutFacts {
  readonly state: string
  readonly host: string
  readonly attempts: number
  /** Seconds until the next attempt. */
  readonly dueIn: number
  readonly error: string | null
}

async function fanOuts(db: Database): Promise<FanOutFacts[]> {
  const { rows } = await sql<FanOutFacts>`
    select state, host, state_attempts as attempts, state_error as error,
           coalesce(extract(epoch from state_next_attempt_at - now()), -1)::float8 as "dueIn"
      from fan_outs order by id`.execute(db)
  return rows
}

async function onlyFanOut(db: Database): Promise<FanOutFacts> {
  const all = await fanOuts(db)
  assert.equal(all.length, 1)
  const [one] = all
  assert.ok(one)
  return one
}

/** A home with one follower on a server that answers as told. */
async function withOneFollower(
  t: TestContext,
  answer: ScriptedAnswer,
): Promise<OutboundHome & { peer: FakePeer }> {
  const peer = await openFakePeer(t)
  peer.inboxAnswer = () => answer
  const opened = await openOutboundHome(t, [peer])
  await opened.isFollowedBy(peer.actor('ben'))
  await opened.writes({ text: 'hello' })
  await opened.runner.runUntilIdle()
  return { ...opened, peer }
}

function isBetween(value: number, least: number, most: number): void {
  assert.ok(value >= least && value <= most, `${value} is not between ${least} and ${most}`)
}

test('each answer of an inbox has its outcome', async (t) => {
  const outcomes = [
    [200, 'sent'],
    [202, 'sent'],
    [204, 'sent'],
    [301, 'failed'],
    [404, 'failed'],
    [406, 'failed'],
    [410, 'failed'],
    [422, 'failed'],
    [408, 'new'],
    [429, 'new'],
    [500, 'new'],
    [502, 'new'],
    [503, 'new'],
  ] as const
  const peer = await openFakePeer(t)
  const { db, isFollowedBy, writes, runner } = await openOutboundHome(t, [peer])
  await isFollowedBy(peer.actor('ben'))
  for (const [status, state] of outcomes) {
    peer.inboxAnswer = () => ({ status, headers: { location: 'https://peer.example/elsewhere' } })
    await writes({ text: `hello ${status}` })
    await runner.runUntilIdle()
    const { rows } = await sql<{ state: string; state_error: string | null }>`
      select state, state_error from fan_outs order by id desc limit 1`.execute(db)
    assert.equal(rows[0]?.state, state, `${status} makes it ${rows[0]?.state}`)
    if (state !== 'sent') assert.match(rows[0]?.state_error ?? '', new RegExp(`answered ${status}`))
    await sql`delete from fan_outs`.execute(db)
    await sql`update peers set failures = 0, retry_at = null`.execute(db)
    await sql`update actors set gone_at = null, shared_inbox_uri = 'https://peer.example/inbox' where host = 'peer.example'`.execute(
      db,
    )
  }
})

test('a server error is tried again with growing patience', async (t) => {
  const { db, runner, peer } = await withOneFollower(t, { status: 503 })
  const first = await onlyFanOut(db)
  assert.equal(first.attempts, 1)
  isBetween(first.dueIn, 40, 76)
  await runner.runUntilIdle({ dueWithinSeconds: 80 })
  const second = await onlyFanOut(db)
  assert.equal(second.attempts, 2)
  isBetween(second.dueIn, 80, 151)
  peer.inboxAnswer = () => ({ status: 202 })
  await runner.runUntilIdle({ dueWithinSeconds: 160 })
  assert.equal((await onlyFanOut(db)).state, 'sent')
  assert.deepEqual(peer.sharedInbox.types(), ['Create'])
})

test('Retry-After is honoured, and nothing else bothers that server meanwhile', async (t) => {
  const { db, runner, peer, writes } = await withOneFollower(t, {
    status: 429,
    headers: { 'retry-after': '7200' },
  })
  isBetween((await onlyFanOut(db)).dueIn, 7_100, 7_201)
  const asked = peer.requests.length
  await writes({ text: 'more' })
  await runner.runUntilIdle()
  assert.equal(peer.requests.length, asked)
  const [, more] = await fanOuts(db)
  assert.equal(more?.attempts, 0)
  isBetween(more?.dueIn ?? 0, 7_000, 7_201)
})

test('410 ends the inbox: the actor is gone, a shared inbox leaves everybody their own', async (t) => {
  const { db, runner, peer, writes } = await withOneFollower(t, { status: 410 })
  const actor = async () =>
    db.selectFrom('actors').selectAll().where('host', '=', 'peer.example').executeTakeFirstOrThrow()
  assert.equal((await actor()).shared_inbox_uri, null)
  assert.equal((await actor()).gone_at, null)
  await writes({ text: 'to the own inbox' })
  await runner.runUntilIdle()
  assert.ok((await actor()).gone_at)
  const asked = peer.requests.length
  await writes({ text: 'to nobody' })
  await runner.runUntilIdle()
  assert.equal(peer.requests.length, asked)
})

test('404 on three different days makes an inbox gone, an answer between them forgets it', async (t) => {
  const { db, runner, writes } = await withOneFollower(t, { status: 404 })
  const anotherDay = async (): Promise<void> => {
    await sql`update missing_inboxes set last_day = last_day - 1`.execute(db)
    await writes({ text: 'another day' })
    await runner.runUntilIdle()
  }
  const sharedInbox = async () =>
    (
      await db
        .selectFrom('actors')
        .select('shared_inbox_uri')
        .where('host', '=', 'peer.example')
        .executeTakeFirstOrThrow()
    ).shared_inbox_uri
  await writes({ text: 'the same day' })
  await runner.runUntilIdle()
  await anotherDay()
  assert.ok(await sharedInbox())
  await anotherDay()
  assert.equal(await sharedInbox(), null)
})

test('a refused signature is tried once the other way, and remembered where that helps', async (t) => {
  const peer = await openFakePeer(t)
  peer.inboxAnswer = ({ headers }) => ({ status: headers['signature-input'] === undefined ? 401 : 202 })
  const { db, isFollowedBy, writes, runner, hasGoodSignature } = await openOutboundHome(t, [peer])
  await isFollowedBy(peer.actor('ben'))
  await writes({ text: 'first' })
  await runner.runUntilIdle()
  assert.equal(peer.requests.length, 2)
  assert.equal((await onlyFanOut(db)).state, 'sent')
  await writes({ text: 'second' })
  await runner.runUntilIdle()
  assert.equal(peer.requests.length, 3)
  for (const received of peer.sharedInbox.received) assert.ok(await hasGoodSignature(received))
  const known = await db.selectFrom('peers').select('prefers_rfc9421').executeTakeFirstOrThrow()
  assert.equal(known.prefers_rfc9421, true)

  peer.inboxAnswer = () => ({ status: 403 })
  await writes({ text: 'refused' })
  await runner.runUntilIdle()
  assert.equal(peer.requests.length, 5)
  assert.equal((await fanOuts(db)).at(-1)?.state, 'failed')
})

test('a silent server opens its breaker: everything for it waits, others are not delayed', async (t) => {
  const dead = await openFakePeer(t, { host: 'dead.example' })
  const alive = await openFakePeer(t, { host: 'alive.example' })
  const { db, isFollowedBy, writes, runner, restarted } = await openOutboundHome(t, [dead, alive])
  dead.inboxAnswer = () => 'reset'
  await isFollowedBy(dead.actor('dot'))
  await isFollowedBy(alive.actor('al'))
  for (let count = 0; count < 12; count += 1) await writes({ text: `number ${count}` })
  await runner.runUntilIdle()

  assert.equal(alive.sharedInbox.received.length, 12)
  const peer = await db
    .selectFrom('peers')
    .selectAll()
    .where('host', '=', 'dead.example')
    .executeTakeFirstOrThrow()
  assert.ok(peer.retry_at)
  assert.ok(dead.requests.length < 12, `asked ${dead.requests.length} times`)
  const waiting = (await fanOuts(db)).filter(({ host }) => host === 'dead.example')
  assert.ok(waiting.every(({ state }) => state === 'new'))
  const untried = waiting.filter(({ attempts }) => attempts === 0)
  assert.ok(untried.length > 0)
  assert.ok(untried.every(({ dueIn }) => dueIn > 30))

  // What is written while it is open waits too, without being tried.
  const asked = dead.requests.length
  await writes({ text: 'later' })
  await runner.runUntilIdle()
  assert.equal(dead.requests.length, asked)
  assert.equal(alive.sharedInbox.received.length, 13)

  // It speaks again: its own traffic closes the breaker.
  dead.inboxAnswer = () => ({ status: 202 })
  assert.deepEqual(await closeBreakers(db, ['dead.example']), ['dead.example'])
  const second = await restarted()
  await second.runUntilIdle()
  assert.equal(dead.sharedInbox.received.length, 13)
})

test('one delivery probes a server that was silent, and its success frees the others', async (t) => {
  const peer = await openFakePeer(t)
  peer.inboxAnswer = () => 'reset'
  const { db, isFollowedBy, writes, runner, restarted } = await openOutboundHome(t, [peer])
  await isFollowedBy(peer.actor('ben'))
  for (let count = 0; count < 10; count += 1) await writes({ text: `number ${count}` })
  await runner.runUntilIdle()
  // The time of the probe has come: exactly the first ones of the queue are due.
  await sql`update peers set retry_at = now() - interval '1 second', failing_since = failing_since - interval '1 hour'`.execute(
    db,
  )
  await sql`
    update fan_outs
       set state_next_attempt_at = case when id in (select id from fan_outs where state = 'new' order by id limit 3)
                                        then now() - interval '1 second' else now() + interval '1 hour' end
     where state = 'new'`.execute(db)
  const isDue = (await fanOuts(db)).filter(({ dueIn }) => dueIn <= 0)
  assert.equal(isDue.length, 3)
  peer.inboxAnswer = () => ({ status: 202 })
  const second = await restarted()
  // What has come beside it comes again a little later.
  for (const dueWithinSeconds of [0, 60]) await second.runUntilIdle({ dueWithinSeconds })
  assert.equal(peer.sharedInbox.received.length, 10)
  const known = await db.selectFrom('peers').selectAll().executeTakeFirstOrThrow()
  assert.equal(known.failures, 0)
  assert.equal(known.retry_at, null)
})

test('seven silent days make a server unavailable, and it is probed once a day', async (t) => {
  const { db, runner } = await withOneFollower(t, 'reset')
  await sql`update peers set failures = 40, failing_since = now() - interval '8 days'`.execute(db)
  await runner.runUntilIdle({ dueWithinSeconds: 80 })
  const peer = await db.selectFrom('peers').selectAll().executeTakeFirstOrThrow()
  assert.ok(peer.unavailable_at)
  isBetween(((peer.retry_at?.getTime() ?? 0) - Date.now()) / 1000, 86_000, 86_500)
})

test('deliveries about one object reach an inbox in their order, also when the first is delayed', async (t) => {
  const peer = await openFakePeer(t)
  peer.inboxAnswer = () => ({ status: 500 })
  const { db, home, tx, isFollowedBy, writes, runner } = await openOutboundHome(t, [peer])
  await isFollowedBy(peer.actor('ben'))
  const post = await writes({ text: 'first' })
  await runner.runUntilIdle()
  peer.inboxAnswer = () => ({ status: 202 })
  const edit = { text: 'second', summary: '', isSensitive: false, language: 'en', mentions: mentionMap([]) }
  await tx(async (one) => editPost(one, home, post, edit, new Date()))
  await writes({ text: 'another' })
  await runner.runUntilIdle()
  // The other post overtakes; the edit does not.
  const sent = peer.sharedInbox.received.map(
    ({ activity }) => (activity['object'] as { content: string }).content,
  )
  assert.deepEqual(sent, ['<p>another</p>'])
  await runner.runUntilIdle({ dueWithinSeconds: 80 })
  await runner.runUntilIdle({ dueWithinSeconds: 80 })
  assert.deepEqual(peer.sharedInbox.types(), ['Create', 'Create', 'Update'])
  assert.ok((await fanOuts(db)).every(({ state }) => state === 'sent'))
})

test('on another network whoever fell silent lately is tried at once, and its breaker opens by one more failure', async (t) => {
  const { db } = await withOneFollower(t, 'reset')
  await sql`update peers set failures = 7, failing_since = now() - interval '10 minutes',
                             retry_at = now() + interval '20 minutes'`.execute(db)
  await sql`update fan_outs set state_next_attempt_at = now() + interval '20 minutes'`.execute(db)
  await sql`insert into peers (host, failures, failing_since, retry_at)
            values ('long.example', 9, now() - interval '2 days', now() + interval '20 minutes')`.execute(db)
  const log = createLogger('test', 'silent')
  await tryLineAgain({ db, log, line: new OfflineGuard(systemClock) }, 'resume')
  assert.ok((await onlyFanOut(db)).dueIn <= 0)
  const open = await db.selectFrom('peers').select('host').where('retry_at', 'is not', null).execute()
  assert.deepEqual(open, [{ host: 'long.example' }])
  const tried = await db.selectFrom('peers').select('failures').where('host', '<>', 'long.example').execute()
  assert.deepEqual(tried, [{ failures: 2 }])
})

test('a try that throws gives its place back', async (t) => {
  const [bad, good] = [
    await openFakePeer(t, { host: 'bad.example' }),
    await openFakePeer(t, { host: 'good.example' }),
  ]
  const onDelivery = (url: string): (() => void) => {
    if (new URL(url).host === bad.host) throw new Error('no key')
    return () => undefined
  }
  // Of four deliveries at once one may go to servers that failed lately.
  const { db, isFollowedBy, writes, runner } = await openOutboundHome(t, [bad, good], {
    perModel: 1,
    onDelivery,
  })
  await sql`insert into peers (host, failures, failing_since) values ('bad.example', 1, now()), ('good.example', 1, now())`.execute(
    db,
  )
  await isFollowedBy(bad.actor('eve'))
  await writes({ text: 'first' })
  await runner.runUntilIdle()
  assert.match((await onlyFanOut(db)).error ?? '', /no key/)
  await db.deleteFrom('follows').execute()
  await isFollowedBy(good.actor('gil'))
  await writes({ text: 'second' })
  await runner.runUntilIdle()
  assert.equal(good.sharedInbox.received.length, 1)
})

test('a server that refuses a signature and is silent then has answered: it is no silence', async (t) => {
  const peer = await openFakePeer(t)
  peer.inboxAnswer = () => ({ status: 401 })
  let posts = 0
  const onDelivery = (url: string): (() => void) => {
    posts += 1
    if (posts === 2) throw fetchTimeout(url, 'read', 2_000)
    return () => undefined
  }
  const line = new WatchedLine(systemClock)
  const { isFollowedBy, writes, runner } = await openOutboundHome(t, [peer], { onDelivery, line })
  await isFollowedBy(peer.actor('ben'))
  await writes({ text: 'hello' })
  await runner.runUntilIdle()
  assert.deepEqual([posts, line.silences, line.answers], [2, 0, 1])
})

class WatchedLine extends OfflineGuard {
  silences = 0
  answers = 0

  override silent(silence: Silence): boolean {
    this.silences += 1
    return super.silent(silence)
  }

  override answered(): boolean {
    this.answers += 1
    return super.answered()
  }
}

test('what a server took goes to it once, also where that it is back could not be written', async (t) => {
  const { db, peer, writes, runner } = await withOneFollower(t, { status: 500 })
  await sql`create function refuse() returns trigger language plpgsql as $$ begin raise 'not now'; end $$`.execute(
    db,
  )
  await sql`create trigger refused before update on peers for each row execute function refuse()`.execute(db)
  peer.inboxAnswer = () => ({ status: 202 })
  await sql`update fan_outs set state_next_attempt_at = now()`.execute(db)
  const before = peer.sharedInbox.received.length
  await runner.runUntilIdle()
  assert.equal(peer.sharedInbox.received.length, before + 1)
  assert.equal((await onlyFanOut(db)).state, 'sent')
  await sql`drop trigger refused on peers`.execute(db)
  await writes({ text: 'and another' })
  await runner.runUntilIdle()
  assert.equal((await db.selectFrom('peers').select('failures').executeTakeFirstOrThrow()).failures, 0)
})
