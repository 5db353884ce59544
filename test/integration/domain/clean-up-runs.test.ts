/** Runs of the clean-up from their beginning to their end, the look before, and who goes with the posts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { CleanUpRules } from '../../../server/contracts/clean-up.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { systemClock } from '../../../server/core/clock.ts'
import {
  ACTOR_BELONGINGS,
  IDENTITY_COLUMNS,
  readActorTies,
} from '../../../server/domain/clean-up/actor-ties.ts'
import { saveCleanUpRules } from '../../../server/domain/clean-up/clean-up-rules.ts'
import {
  beginCleanUp,
  cancelCleanUp,
  readCleanUpFacts,
  workOnCleanUp,
} from '../../../server/domain/clean-up/clean-up-runs.ts'
import { vacuumTables } from '../../../server/domain/clean-up/database-sizes.ts'
import { previewCleanUp } from '../../../server/domain/clean-up/preview-clean-up.ts'
import { cleanUpSweeps, isDue } from '../../../server/workers/clean-up-sweeps.ts'
import { age, daysAgo, openCleanUpGround } from '../../support/clean-up-ground.ts'

const RULES: CleanUpRules = { days: null, keepsConversations: true, keepsFollowed: false }
const ground = await openCleanUpGround()
const { db, seeds, oldPost } = ground
const now = (): Date => new Date()

async function look(rules: CleanUpRules): Promise<{ posts: number; actors: number; bytes: number }> {
  const sum = { posts: 0, actors: 0, bytes: 0 }
  for (let next: string | null = null; ;) {
    const part = await previewCleanUp(db, systemClock, rules, 90, next)
    for (const kind of ['posts', 'actors', 'bytes'] as const) sum[kind] += part[kind]
    assert.ok(part.share >= 0 && part.share <= 1)
    next = part.next
    if (next === null) return sum
  }
}

const begin = async (): Promise<void> =>
  db.transaction().execute(async (tx) => beginCleanUp(tx, 'owner', 90, now()))

async function oldActor(name: string): Promise<{ id: string }> {
  const actor = await seeds.actor(name)
  await age(db, 'actors', actor.id, 200)
  await sql`update actors set fetched_at = ${daysAgo(200)}, id = id_at(${daysAgo(200)})
             where id = ${actor.id} returning id`.execute(db)
  return db.selectFrom('actors').select('id').where('uri', '=', actor.uri).executeTakeFirstOrThrow()
}

const isActorHere = async ({ id }: { id: string }): Promise<boolean> =>
  (await db.selectFrom('actors').select('id').where('id', '=', id).execute()).length > 0

test('a run takes what was seen in the look before, then whoever has nothing left, and says so', async () => {
  const author = await seeds.actor('author')
  await sql`update actors set id = id_at(${daysAgo(300)}), created_at = ${daysAgo(300)}, fetched_at = ${daysAgo(300)}
             where id = ${author.id}`.execute(db)
  const moved = await db
    .selectFrom('actors')
    .selectAll()
    .where('uri', '=', author.uri)
    .executeTakeFirstOrThrow()
  const lonely = await oldActor('lonely')
  const met = await oldActor('met')
  await sql`update actors set fetched_at = now() where id = ${met.id}`.execute(db)
  const noted = await oldActor('noted')
  await db
    .insertInto('actor_notes')
    .values({ actor_id: ground.ana.id, about_id: noted.id, note: 'once at the sea' })
    .execute()
  const posts = [await oldPost({ hashtags: ['Left'] }, moved), await oldPost({}, moved)]
  const tag = await db
    .selectFrom('hashtags')
    .select('id')
    .where('name', '=', 'left')
    .executeTakeFirstOrThrow()
  await sql`update hashtags set id = id_at(${daysAgo(300)}), created_at = ${daysAgo(300)} where false`.execute(
    db,
  )
  const kept = await oldPost({ mentions: [ground.ana] })

  await sql`analyze posts, actors`.execute(db)
  const seen = await look(RULES)
  assert.equal(seen.posts, 2)
  assert.equal(seen.actors, 1) // the author still has posts
  assert.ok(seen.bytes > 0)
  assert.deepEqual(await look({ ...RULES, days: 365 }), { posts: 0, actors: 0, bytes: 0 })
  assert.deepEqual(await look({ ...RULES, days: 0 }), { posts: 0, actors: 0, bytes: 0 })

  await begin()
  await begin() // one at a time
  const { running } = await readCleanUpFacts(db, 90, now())
  assert.deepEqual([running?.askedBy, running?.step], ['owner', 'posts'])
  while (await workOnCleanUp(db, now));
  const { last, running: none, sizes } = await readCleanUpFacts(db, 90, now())
  assert.equal(none, null)
  assert.deepEqual(last?.removed, { posts: 2, actors: 2, hashtags: 0, cards: 0 })
  assert.equal(last?.isCancelled, false)
  assert.ok((last?.bytesBefore ?? 0) > 0 && (last?.bytesAfter ?? 0) > 0)
  assert.equal(sizes.posts + sizes.words + sizes.people + sizes.others, sizes.all)
  for (const post of posts) assert.equal(await ground.isHere(post), false)
  assert.equal(await ground.isHere(kept), true)
  assert.deepEqual(
    [await isActorHere(lonely), await isActorHere(moved), await isActorHere(met), await isActorHere(noted)],
    [false, false, true, true],
  )
  // It is of today.
  assert.equal((await db.selectFrom('hashtags').select('id').where('id', '=', tag.id).execute()).length, 1)
})

test('hashtags and cards without a post go, those that are followed or new stay', async () => {
  await sql`
    insert into hashtags (id, name, display_name, created_at) values
      (id_at(${daysAgo(200)}), 'nobodys', 'nobodys', ${daysAgo(200)}),
      (id_at(${daysAgo(200)}), 'followed', 'followed', ${daysAgo(200)})`.execute(db)
  await sql`
    insert into followed_hashtags (actor_id, hashtag_id)
    select ${ground.ana.id}, id from hashtags where name = 'followed'`.execute(db)
  await sql`
    insert into cards (id, url, host, created_at)
    values (id_at(${daysAgo(200)}), 'https://page.example/old', 'page.example', ${daysAgo(200)}),
           (next_id(), 'https://page.example/new', 'page.example', now())`.execute(db)
  await begin()
  while (await workOnCleanUp(db, now));
  const { last } = await readCleanUpFacts(db, 90, now())
  assert.deepEqual([last?.removed.hashtags, last?.removed.cards], [1, 1])
})

test('a run goes on where it was, by the horizon it began with, and stops when it is cancelled', async () => {
  const first = await oldPost()
  await begin()
  assert.equal(await workOnCleanUp(db, now), true)
  assert.equal(await ground.isHere(first), false)
  const { running } = await readCleanUpFacts(db, 90, now())
  assert.equal(running?.removed.posts, 1)
  const second = await oldPost({}, undefined, 150)
  await db.transaction().execute(async (tx) => cancelCleanUp(tx, now()))
  assert.equal(await workOnCleanUp(db, now), false)
  assert.equal(await ground.isHere(second), true)
  const { last } = await readCleanUpFacts(db, 90, now())
  assert.deepEqual([last?.isCancelled, last?.removed.posts], [true, 1])
})

test('where the rules keep everything no run begins', async () => {
  await db.transaction().execute(async (tx) => saveCleanUpRules(tx, { ...RULES, days: 0 }, now()))
  await assert.rejects(begin(), (error) => isHomebirdError(error, 'CONFLICT'))
  await db.transaction().execute(async (tx) => saveCleanUpRules(tx, { ...RULES, days: 30 }, now()))
  const { rules, days, usualDays } = await readCleanUpFacts(db, 90, now())
  assert.deepEqual([rules.days, days, usualDays], [30, 30, 90])
})

async function hear(receivedAt: Date): Promise<void> {
  await sql`
    insert into inbox_messages (signer_uri, activity_id, activity_type, host, received_at)
    values ('https://peer.example/users/a', ${receivedAt.toISOString()}, 'Create', 'peer.example', ${receivedAt})`.execute(
    db,
  )
}

test('the worker begins by itself where nights were missed, once, and not where everything stays', async () => {
  await db.transaction().execute(async (tx) => saveCleanUpRules(tx, RULES, now()))
  await sql`delete from clean_ups`.execute(db)
  await sql`insert into owner (password_hash, created_at) values ('', ${daysAgo(2)})`.execute(db)
  const sweepAll = async (pruneDays: number): Promise<void> => {
    const [cleanUp] = cleanUpSweeps({ db, clock: systemClock, config: { pruneDays } })
    while ((await cleanUp?.run(db, 500)) === 500);
  }
  const post = await oldPost()
  await sweepAll(0)
  assert.equal((await readCleanUpFacts(db, 0, now())).last, null)
  // Nobody has written for a week: the clock might be years ahead.
  await hear(daysAgo(8))
  await sweepAll(90)
  const waiting = await readCleanUpFacts(db, 90, now())
  assert.deepEqual([waiting.last, waiting.isClockConfirmed], [null, false])
  await hear(daysAgo(6))
  await sweepAll(90)
  const { last } = await readCleanUpFacts(db, 90, now())
  assert.deepEqual([last?.askedBy, await ground.isHere(post)], ['night', false])
  const another = await oldPost()
  await sweepAll(90)
  assert.equal(await ground.isHere(another), true)
  await sql`update clean_ups set started_at = now() + interval '4 years'`.execute(db)
  await sweepAll(90)
  assert.equal(await ground.isHere(another), false, 'a clock that was years ahead keeps none from beginning')
})

test('tables are given their room back by a connection that then waits no longer than before', async () => {
  await db.connection().execute(async (connection) => {
    const limit = async () =>
      (await sql<{ statement_timeout: string }>`show statement_timeout`.execute(connection)).rows
    const before = await limit()
    await vacuumTables(connection)
    assert.deepEqual(await limit(), before)
  })
  const { rows } = await sql<{ analyzed: boolean }>`
    select last_analyze is not null as analyzed from pg_stat_user_tables where relname = 'posts'`.execute(db)
  assert.deepEqual(rows, [{ analyzed: true }])
})

test('it is due at night once a day, and by day where nights were missed', () => {
  assert.equal(isDue(21, 4), true)
  assert.equal(isDue(21, 3), false)
  assert.equal(isDue(21, 7), false)
  assert.equal(isDue(19, 5), false)
  assert.equal(isDue(30, 12), true)
})

test('what refers to an actor is a tie, but for what the database still knows as none', async () => {
  const ties = await readActorTies(db)
  for (const tie of [
    'posts.author_id',
    'mentions.actor_id',
    'follows.source_id',
    'follows.target_id',
    'blocks.target_id',
  ]) {
    assert.ok(ties.includes(tie), tie)
  }
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from pg_constraint
     where contype = 'f' and confrelid = 'actors'::regclass`.execute(db)
  assert.equal(ties.length + ACTOR_BELONGINGS.length + IDENTITY_COLUMNS.length, rows[0]?.count)
})

test('whatever hangs on a post or an actor is found by an index when it goes', async () => {
  const { rows } = await sql<{ name: string }>`
    select conrelid::regclass::text || '.' || attname as name
      from pg_constraint join pg_attribute on attrelid = conrelid and attnum = conkey[1]
     where contype = 'f' and confrelid in ('actors'::regclass, 'posts'::regclass)
       and not exists (select from pg_index where indrelid = conrelid and indkey[0] = conkey[1])`.execute(db)
  assert.deepEqual(rows, [])
})
