/** Leaving for good: it waits and can be called off; then every server is told, everything is erased, and the home answers for the dead. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { listExports, removeExport } from '../../../server/domain/exports/export-jobs.ts'
import { KEPT_TABLES } from '../../../server/domain/farewells/erase-home.ts'
import {
  beginFarewell,
  callOffFarewell,
  hasSaidFarewell,
  readFarewell,
} from '../../../server/domain/farewells/farewell.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { type PeerAnswer, openFakePeer, sendRaw } from '../../support/fake-peer.ts'
import { checkSignature } from '../../support/fake-peer-signatures.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { until } from '../../support/until.ts'

const one = await openFakePeer(undefined, { host: 'one.example' })
const dead = await openFakePeer(undefined, { host: 'dead.example' })
const home = await openFederationHome({ peers: [one, dead] })
const { db, me, context } = home
const [ana, gus] = [one.actor('ana'), dead.actor('gus')]

const HOUR_MS = 3_600_000
const leave = async (handle: string, hours = 0): Promise<void> => {
  const now = new Date()
  await beginFarewell(db, { handle, dueAt: new Date(now.getTime() + hours * HOUR_MS), now })
}
const phase = async () => (await readFarewell(db)).progress?.phase ?? null
const get = async (path: string): Promise<PeerAnswer> =>
  sendRaw(home.target, { method: 'GET', path, headers: [['accept', 'application/activity+json']] })
const statusOf = async (uri: string) => (await get(new URL(uri).pathname)).status

const { public_key_pem: publicKey } = await db
  .selectFrom('actor_keys')
  .select('public_key_pem')
  .where('actor_id', '=', me.id)
  .where('algorithm', '=', 'rsa')
  .executeTakeFirstOrThrow()
await home.isFollowedBy(ana)
await home.follows(gus)
await home.takes(ana, ana.create(ana.note({ content: '<p>a remote post</p>' })))
const post = await home.writes('to be gone')
await home.work()

test('nothing begins but for the handle itself, and what would go is told in numbers', async () => {
  await assert.rejects(leave('@somebody@home.example'), /is not @ben@home\.example/)
  assert.equal(await phase(), null)
  const { preview } = await readFarewell(db)
  assert.deepEqual(preview, {
    handles: ['@ben@home.example'],
    posts: 1,
    followers: 1,
    following: 0,
    files: 0,
    servers: 2,
  })
})

test('until its time has come it waits, an archive is made, and it can be called off', async () => {
  await leave('@Ben@home.example', 24)
  await assert.rejects(leave('ben@home.example'), { code: 'CONFLICT' })
  await home.work({ dueWithinSeconds: 4_000 })
  assert.equal(await phase(), 'waiting')
  assert.equal(await statusOf(me.uri), 200)
  assert.deepEqual(
    (await listExports(db)).map(({ kind, state }) => [kind, state]),
    [['archive', 'ready']],
  )
  await callOffFarewell(db)
  assert.equal(await phase(), null)
  await assert.rejects(callOffFarewell(db), { code: 'NOT_FOUND' })
})

test('begun, it cannot be called off any more, also where its state lags behind', async () => {
  await leave('ben@home.example', 24)
  await db.updateTable('farewells').set({ begun_at: new Date() }).where('state', '=', 'waiting').execute()
  await assert.rejects(callOffFarewell(db), { code: 'CONFLICT' })
  assert.equal(await hasSaidFarewell(db), true)
  assert.equal(await phase(), 'waiting')
  await db.updateTable('farewells').set({ begun_at: null }).where('state', '=', 'waiting').execute()
  await callOffFarewell(db)
  assert.equal(await phase(), null)
})

test('without its archive nothing begins, until the owner has taken the one away that failed', async () => {
  await leave('ben@home.example')
  const [made] = await listExports(db)
  assert.ok(made)
  await home.work()
  await db.updateTable('exports').set({ state: 'failed' }).where('id', '=', made.id).execute()
  await home.work({ dueWithinSeconds: 20 })
  assert.equal(await phase(), 'waiting')
  assert.equal(await hasSaidFarewell(db), false)
  await callOffFarewell(db)
  await removeExport(db, context.exports, made.id)
})

test('then every server is told by a signed Delete, and it waits for those that do not answer', async () => {
  dead.inboxAnswer = () => ({ status: 503 })
  await leave('ben@home.example')
  // The archive comes first, and is looked for again a moment later.
  await home.work()
  await home.work({ dueWithinSeconds: 20 })
  await home.work({ dueWithinSeconds: 20 })
  const told = one.sharedInbox.received.filter(({ type }) => type === 'Delete')
  assert.deepEqual(
    told.map(({ activity }) => activity['object']),
    [me.uri],
  )
  // By the key that others have kept: at its address there is none any more.
  const [request] = told.map(({ request: asked }) => asked)
  assert.ok(request)
  const verdict = await checkSignature(request, async (uri) =>
    uri.startsWith(me.uri) ? publicKey : undefined,
  )
  assert.equal(verdict.valid, true)
  const { progress } = await readFarewell(db)
  assert.equal(progress?.phase, 'leaving')
  assert.equal(progress.inboxes, 2)
  assert.equal(progress.waiting, 1)
  await assert.rejects(callOffFarewell(db), { code: 'CONFLICT' })
  await assert.rejects(addIdentity(db, { username: 'again', displayName: '', domain: null }, context.clock), {
    code: 'CONFLICT',
  })
  await until('the identity is gone', async () => (await statusOf(me.uri)) === 410)
  assert.equal(await statusOf(post.uri), 410)
})

test('after a week it waits no longer: all is erased but the names of the dead, and what was taken along', async () => {
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = current_schema()`.execute(db)
  const tables = rows.map(({ name }) => name)
  assert.deepEqual(
    KEPT_TABLES.filter((name) => !tables.includes(name)),
    [],
  )
  await db
    .updateTable('farewells')
    .set({ begun_at: new Date(Date.now() - 8 * 24 * HOUR_MS) })
    .execute()
  await home.work({ dueWithinSeconds: 20 })
  const { progress, preview } = await readFarewell(db)
  assert.equal(progress?.phase, 'erased')
  assert.deepEqual([progress.inboxes, progress.failed, preview.servers], [2, 1, 0])
  assert.notEqual(progress.finishedAt, null)
  for (const name of tables.filter((table) => !KEPT_TABLES.includes(table))) {
    const { rows: left } = await sql`select from ${sql.table(name)} limit 1`.execute(db)
    assert.equal(left.length, 0, name)
  }
  const actors = await db
    .selectFrom('actors')
    .select(['username', 'is_instance_actor'])
    .orderBy('id')
    .execute()
  assert.deepEqual(
    actors.filter((actor) => !actor.is_instance_actor).map(({ username }) => username),
    ['ben'],
  )
  const keys = await db
    .selectFrom('actor_keys')
    .select('private_key_pem')
    .where('actor_id', '=', me.id)
    .execute()
  assert.ok(keys.length > 0 && keys.every((key) => key.private_key_pem === null))
  assert.equal(await statusOf(me.uri), 410)
  assert.equal(await statusOf(post.uri), 410)
  assert.equal((await get('/.well-known/webfinger?resource=acct:ben@home.example')).status, 404)
  const [kept] = await listExports(db)
  assert.ok(kept)
  assert.ok(await context.exports.open(kept.id))
})
