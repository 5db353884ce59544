/** One identity of several goes after many years: it is gone at once, the rest goes a piece at a time, and goes on after a stop. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { inTransaction } from '../../../server/db/transaction.ts'
import { findIdentity } from '../../../server/domain/actors/actor.ts'
import { deleteIdentity } from '../../../server/domain/owner/delete-identity.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { identityHandlers } from '../../../server/workers/identity-handlers.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const POSTS = 1_100
const ENTRIES = 300

const peer = await openFakePeer(undefined, { host: 'peer.example' })
const home = await openFederationHome({ peers: [peer] })
const { db, me, context } = home
const bo = await addIdentity(db, { username: 'bo', displayName: 'Bo', domain: null }, context.clock)

const numberOf = async (
  table: 'posts' | 'timeline_entries',
  own: ReturnType<typeof sql>,
): Promise<number> => {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from ${sql.table(table)} where ${own}`.execute(db)
  return rows[0]?.count ?? 0
}
const leftPosts = async () => numberOf('posts', sql`author_id = ${bo.id} and deleted_at is null`)
const leftEntries = async () => numberOf('timeline_entries', sql`actor_id = ${bo.id}`)

/** Posts of both like one of them, and what the second has read. */
async function writeMuch(): Promise<void> {
  await home.writes('one of many')
  await home.work()
  const { rows } = await sql<{ names: string }>`
    select string_agg(quote_ident(column_name), ', ') as names from information_schema.columns
     where table_schema = current_schema() and table_name = 'posts' and is_generated = 'NEVER'
       and column_name not in ('id', 'uri', 'page_url', 'author_id')`.execute(db)
  const columns = sql.raw(rows[0]?.names ?? '')
  await sql`
    insert into posts (uri, author_id, ${columns})
    select uri || '/' || whose || number, writer, ${columns}
      from posts,
           (select 'b' as whose, ${bo.id}::bigint as writer, generate_series(1, ${POSTS}) as number
             union all select 'm', ${me.id}, generate_series(1, ${ENTRIES})) as copies
     where author_id = ${me.id}`.execute(db)
  await sql`insert into timeline_entries (actor_id, post_id)
            select ${bo.id}, id from posts where author_id = ${me.id}`.execute(db)
}

async function goesOn(signal: AbortSignal): Promise<unknown> {
  const { deleted } = identityHandlers(context)
  assert.ok('each' in deleted)
  const row = await db.selectFrom('actors').selectAll().where('id', '=', bo.id).executeTakeFirstOrThrow()
  return deleted.each(row, { signal, mostCalls: 1 })
}

test('an identity of many posts goes in pieces, whoever is broken off goes on, and the others keep what is theirs', async () => {
  await home.isFollowedBy(peer.actor('ana'))
  await writeMuch()
  const kept = ENTRIES + 1
  assert.deepEqual([await leftPosts(), await leftEntries()], [POSTS, kept])
  await inTransaction(db, async (tx) => deleteIdentity(tx, bo, new Date()))
  assert.equal(await findIdentity(db, bo.id), undefined, 'it is gone at once')
  const atOnce = await leftPosts()
  assert.ok(atOnce > 0 && atOnce < POSTS, `${atOnce} are left to the worker`)
  assert.notEqual(await goesOn(AbortSignal.abort()), 'deleted_fanned_out')
  assert.equal(await leftPosts(), atOnce, 'a worker that is stopped ends between two pieces')
  await home.work()
  assert.deepEqual([await leftPosts(), await leftEntries()], [0, 0])
  assert.equal(await numberOf('posts', sql`author_id = ${me.id} and deleted_at is null`), kept)
  const { state } = await db
    .selectFrom('actors')
    .select('state')
    .where('id', '=', bo.id)
    .executeTakeFirstOrThrow()
  assert.equal(state, 'deleted_fanned_out')
  const deleted = peer.sharedInbox.received.filter(({ type }) => type === 'Delete')
  assert.deepEqual(
    deleted.map(({ activity }) => activity['object']),
    [bo.uri],
    'its end is told once, and says it all',
  )
  const stones = await db.selectFrom('tombstones').select('uri').execute()
  assert.equal(stones.length, POSTS)
})
