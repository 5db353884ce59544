/** A list of people of whom a third lives on servers that are gone: it ends, and says honestly who could not be had. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { type Clock, systemClock } from '../../../server/core/clock.ts'
import { exportFailures, getImport } from '../../../server/domain/imports/import-progress.ts'
import { queueImport } from '../../../server/domain/imports/queue-import.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { counts, importsOf, textOf } from '../../support/importing.ts'

const LINES = 180
const DEAD = Math.floor(LINES / 3)
/** Of those who live, so many are followed by this import; the others were before. */
const FRESH = 10
/** Several of a list live on one server. */
const ON_ONE_SERVER = 20
/** As many as are made before a line is given up, but for the last. */
const TRIES = 8

/** Hours go by when they are told to. */
let aheadMs = 0
const clock: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + aheadMs }

const peer = await openFakePeer(undefined, { host: 'one.example' })
const broken = await openFakePeer(undefined, { host: 'broken.example' })
broken.answers('/.well-known/webfinger', () => ({ status: 503 }))
const slow = await openFakePeer(undefined, { host: 'slow.example' })
const home = await openFederationHome({ peers: [peer, broken, slow], clock })
const { db, me } = home
/** So many lines of one server are under way at once: as many may ask before the first of them has its answer. */
const AT_ONCE = 4

/** The first says that it is broken, the others have no address. */
const serverOf = (n: number): string => (n === 0 ? broken.host : `dead${n}.example`)

test('follows of whom a third is on dead servers end with a list of exactly those', async () => {
  const living = LINES - DEAD
  await sql`
    insert into actors (uri, host, username, handle_domain, inbox_uri, fetched_at)
    select 'https://one.example/users/u' || n, 'one.example', 'u' || n, 'one.example', 'https://one.example/inbox', now()
      from generate_series(1, ${living}::integer) as n`.execute(db)
  await sql`
    insert into follows (uri, source_id, target_id, state, state_next_attempt_at)
    select 'https://home.example/ap/follows/x' || id, ${me.id}, id, 'accepted', null
      from actors where host = 'one.example' order by id offset ${FRESH}`.execute(db)
  const handles = [
    ...Array.from({ length: living }, (_, n) => `u${n + 1}@one.example`),
    ...Array.from({ length: DEAD }, (_, n) => `d${n}@${serverOf(Math.floor(n / ON_ONE_SERVER))}`),
  ]
  const id = await queueImport(db, importsOf(home).orderOf('following', handles.join('\n')))
  await home.work()
  const { done, pending } = await getImport(db, id)
  assert.deepEqual([done, pending], [living, DEAD], 'nobody is given up after one try')
  assert.ok(
    broken.requests.length >= 1 && broken.requests.length <= AT_ONCE,
    `${broken.requests.length} asked`,
  )
  // Most of a day goes by, in which they are tried again and again.
  aheadMs += 24 * 3_600_000
  await sql`
    update import_entries set state_next_attempt_at = now(), state_attempts = ${TRIES}
     where import_id = ${id} and state = 'looking_up'`.execute(db)
  await home.work()
  const progress = await getImport(db, id)
  assert.deepEqual(counts(progress), { state: 'finished', done: living, failed: DEAD, pending: 0 })
  const failures = (await textOf(exportFailures(db, id))).trim().split('\n').slice(1)
  assert.equal(failures.length, DEAD)
  for (const line of failures) assert.match(line, /^\d+,d\d+@(?:dead\d+|broken)\.example,\S/)
  assert.equal(failures.filter((line) => line.includes('503')).length, ON_ONE_SERVER, 'each says why')
  assert.ok(broken.requests.length <= 2 * AT_ONCE, `${broken.requests.length} asked, a day later`)
  const { rows } = await sql<{ count: string }>`
    select count(*) from follows where source_id = ${me.id} and state in ('unrequested', 'pending_approval', 'accepted')`.execute(
    db,
  )
  assert.equal(Number(rows[0]?.count), living)
})

test('somebody nobody knows costs its server two questions; who is silent about one is asked about the next', async () => {
  const ana = peer.actor('ana')
  peer.actor('ben')
  peer.answers('/users/ana', () => ({ status: 503 }))
  const before = peer.paths().length
  const first = await queueImport(db, importsOf(home).orderOf('blocks', ana.handle))
  await home.work()
  assert.deepEqual(counts(await getImport(db, first)), { state: 'working', done: 0, failed: 0, pending: 1 })
  peer.forgets('/users/ana')
  // The server is taken for silent, though not for long, and a line of it that is silent by itself holds up no other.
  aheadMs += 3 * 60_000
  const second = await queueImport(db, importsOf(home).orderOf('mutes', 'ben@one.example'))
  await home.work()
  assert.equal((await getImport(db, second)).done, 1)
  assert.deepEqual(
    peer
      .paths()
      .slice(before)
      .filter((path) => path.includes('ben')),
    ['/.well-known/webfinger?resource=acct%3Aben%40one.example', '/users/ben'],
  )
  await sql`update import_entries set state_next_attempt_at = now() where import_id = ${first}`.execute(db)
  await home.work()
  assert.equal((await getImport(db, first)).state, 'finished')
})

test('what a batch has not begun after 200 s waits for another, and what it has found is kept', async () => {
  const asked = (): string[] => slow.paths().filter((path) => path.startsWith('/.well-known/webfinger'))
  slow.answers('/.well-known/webfinger', () => {
    aheadMs += 201_000
    return { status: 404 }
  })
  const id = await queueImport(
    db,
    importsOf(home).orderOf('mutes', 'one@slow.example\ntwo@slow.example\nthree@slow.example'),
  )
  const pass = async () => {
    await sql`update import_entries set state_next_attempt_at = now() where import_id = ${id} and state = 'looking_up'`.execute(
      db,
    )
    await home.work()
    return counts(await getImport(db, id))
  }
  await home.work()
  assert.deepEqual(counts(await getImport(db, id)), { state: 'working', done: 0, failed: 1, pending: 2 })
  assert.equal(asked().length, 1)
  slow.answers('/.well-known/webfinger', () => ({ status: 404 }))
  assert.deepEqual(await pass(), { state: 'finished', done: 0, failed: 3, pending: 0 })
})
