import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { Database } from '../../../server/db/pool.ts'
import { allSweeps, inboxBodies } from '../../../server/workers/sweeps.ts'
import { openTestDatabase } from '../../support/test-database.ts'

const LIMITS = { inspectorDays: 2, inspectorMegabytes: 1 }

/** Runs every sweep once. @returns how many rows each of those that found something has swept */
async function sweepOnce(db: Database, batchSize = 500): Promise<Record<string, number>> {
  const swept: Record<string, number> = {}
  for (const sweep of [...allSweeps, inboxBodies(LIMITS)]) {
    const rows = await sweep.run(db, batchSize)
    if (rows > 0) swept[sweep.name] = rows
  }
  return swept
}

test('nothing is swept from an empty home', async () => {
  const { db } = await openTestDatabase()
  assert.deepEqual(await sweepOnce(db), {})
})

test('a remembered Delete is forgotten when its time is over, an own tombstone never', async () => {
  const { db } = await openTestDatabase()
  await sql`
    insert into tombstones (uri, deleted_by, expires_at) values
      ('https://peer.example/over', 'https://peer.example/ana', now() - interval '1 second'),
      ('https://peer.example/not-yet', 'https://peer.example/ana', now() + interval '1 hour'),
      ('https://home.example/own', '', null)`.execute(db)
  assert.deepEqual(await sweepOnce(db), { tombstones: 1 })
  const left = await db.selectFrom('tombstones').select('uri').orderBy('uri').execute()
  assert.deepEqual(
    left.map((row) => row.uri),
    ['https://home.example/own', 'https://peer.example/not-yet'],
  )
})

test('settled activities lose their bodies after some days and keep their rows', async () => {
  const { db } = await openTestDatabase()
  await sql`
    insert into inbox_messages (signer_uri, activity_id, activity_type, host, body, state, received_at) values
      ('https://p.example/a', 'old', 'Create', 'p.example', '{}', 'processed', now() - interval '49 hours'),
      ('https://p.example/a', 'young', 'Create', 'p.example', '{}', 'processed', now() - interval '47 hours'),
      ('https://p.example/a', 'waiting', 'Create', 'p.example', '{}', 'received', now() - interval '49 hours'),
      ('https://p.example/a', 'dropped', 'Create', 'p.example', '{}', 'dropped', now() - interval '49 hours')`.execute(
    db,
  )
  assert.deepEqual(await sweepOnce(db), { 'bodies of inbox_messages': 2 })
  assert.deepEqual(await keptBodies(db), ['waiting', 'young'])
})

test('the bodies of the oldest settled activities go when all are too large', async () => {
  const { db } = await openTestDatabase()
  await sql`
    insert into inbox_messages (signer_uri, activity_id, activity_type, host, body, state)
    select 'https://p.example/a', 'n' || n, 'Create', 'p.example',
           (select string_agg(md5(random()::text || n || piece), '') from generate_series(1, 12000) as piece),
           case when n = 1 then 'received' else 'processed' end
      from generate_series(1, 5) as n`.execute(db)
  assert.deepEqual(await sweepOnce(db), { 'bodies of inbox_messages': 2 })
  assert.deepEqual(await keptBodies(db), ['n1', 'n4', 'n5'])
  assert.deepEqual(await sweepOnce(db), {})
})

async function keptBodies(db: Database): Promise<string[]> {
  const rows = await db
    .selectFrom('inbox_messages')
    .select('activity_id')
    .where('body', 'is not', null)
    .orderBy('activity_id')
    .execute()
  return rows.map((row) => row.activity_id)
}

test('sessions end, and a sweep takes no more rows at once than it is told', async () => {
  const { db } = await openTestDatabase()
  await sql`
    insert into owner_sessions (token_hash, user_agent, expires_at)
    select decode(md5(n::text), 'hex'), 'browser', now() + (n - 5.5) * interval '1 hour'
      from generate_series(1, 10) as n`.execute(db)
  assert.deepEqual(await sweepOnce(db, 3), { owner_sessions: 3 })
  assert.deepEqual(await sweepOnce(db, 3), { owner_sessions: 2 })
  assert.deepEqual(await sweepOnce(db, 3), {})
})

test('an activity outlives its deliveries, then goes', async () => {
  const { db } = await openTestDatabase()
  await sql`
    with author as (
      insert into actors (uri, host, username, handle_domain, inbox_uri)
      values ('https://home.example/ap/a', 'home.example', 'ana', 'home.example', 'https://home.example/inbox')
      returning id
    ), activities as (
      insert into outbound_activities (activity_uri, activity_type, actor_id, object_uri, body, created_at)
      select 'https://home.example/' || name, 'Create', author.id, 'https://home.example/o', '{}', now() - age
        from author, (values ('delivered', interval '31 days'), ('waiting', interval '31 days'), ('recent', interval '29 days')) as given (name, age)
      returning id, activity_uri
    )
    insert into fan_outs (activity_id, inbox_uri, host, object_uri)
    select id, 'https://peer.example/inbox', 'peer.example', 'https://home.example/o'
      from activities where activity_uri like '%/waiting'`.execute(db)
  assert.deepEqual(await sweepOnce(db), { outbound_activities: 1 })
  const left = await db
    .selectFrom('outbound_activities')
    .select('activity_uri')
    .orderBy('activity_uri')
    .execute()
  assert.deepEqual(
    left.map((row) => row.activity_uri),
    ['https://home.example/recent', 'https://home.example/waiting'],
  )
})

test('a picture that nobody reacts with any more is forgotten, the home its own never', async () => {
  const { db } = await openTestDatabase()
  await sql`
    insert into emojis (host, shortcode, url, image_host, state, state_changed_at) values
      ('p.example', 'old', 'https://p.example/1.png', 'p.example', 'updated', now() - interval '91 days'),
      ('p.example', 'young', 'https://p.example/2.png', 'p.example', 'updated', now() - interval '89 days'),
      (null, 'own', 'https://home.example/3.png', 'home.example', 'updated', now() - interval '91 days')`.execute(
    db,
  )
  assert.deepEqual(await sweepOnce(db), { emojis: 1 })
})

test('a host that a clock far ahead has put to rest is swept awake', async () => {
  const { db } = await openTestDatabase()
  await sql`
    insert into peers (host, failures, retry_at) values
      ('far.example', 5, now() + interval '1 year'), ('near.example', 5, now() + interval '1 day')`.execute(
    db,
  )
  assert.deepEqual(await sweepOnce(db), { 'hosts of a far clock': 1 })
  const open = await db.selectFrom('peers').select('host').where('retry_at', 'is not', null).execute()
  assert.deepEqual(open, [{ host: 'near.example' }])
})
