/** Who leaves after many years: what was written goes a piece at a time, and whoever is broken off goes on there. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { inTransaction } from '../../../server/db/transaction.ts'
import { beginFarewell, readFarewell } from '../../../server/domain/farewells/farewell.ts'
import { removePiece } from '../../../server/domain/owner/delete-identity.ts'
import { farewellHandlers } from '../../../server/workers/farewell-handlers.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const POSTS = 1_300
const home = await openFederationHome({ peers: [] })
const { db, me, context } = home

async function livePosts(): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) from posts where author_id = ${me.id} and deleted_at is null`.execute(db)
  return Number(rows[0]?.count)
}

async function farewell() {
  return db.selectFrom('farewells').selectAll().executeTakeFirstOrThrow()
}

/** One go of the handler of that state. */
async function does(state: 'waiting' | 'leaving', signal: AbortSignal): Promise<unknown> {
  const handler = farewellHandlers(context)[state]
  assert.ok('each' in handler)
  return handler.each(await farewell(), { signal, mostCalls: 1 })
}

test('many posts go in pieces, all of them before anything is erased, and leave their stones', async () => {
  await home.writes('one of many')
  await home.work()
  const columns = sql.raw(
    await sql<{ names: string }>`
      select string_agg(quote_ident(column_name), ', ') as names from information_schema.columns
       where table_schema = current_schema() and table_name = 'posts' and is_generated = 'NEVER'
         and column_name not in ('id', 'uri', 'page_url')`
      .execute(db)
      .then(({ rows }) => rows[0]?.names ?? ''),
  )
  await sql`
    insert into posts (uri, ${columns})
    select uri || '/' || n, ${columns} from posts, generate_series(2, ${POSTS}) as n
     where author_id = ${me.id} and is_local`.execute(db)
  assert.equal(await livePosts(), POSTS)
  await beginFarewell(db, { handle: 'ben@home.example', dueAt: new Date(), now: new Date() })
  await home.work()
  await home.work({ dueWithinSeconds: 0 })
  assert.equal(await does('waiting', new AbortController().signal), 'leaving')
  assert.equal(await livePosts(), POSTS, 'the first step takes none with it')
  await inTransaction(db, async (tx) => removePiece(tx, [me.id], new Date()))
  const left = await livePosts()
  assert.ok(left > 0 && left < POSTS, `${left} are left after one piece`)
  await does('leaving', AbortSignal.abort())
  assert.ok((await livePosts()) > 0, 'a worker that is stopped ends between two pieces')
  const verdict = await does('leaving', new AbortController().signal)
  assert.equal(await livePosts(), 0)
  assert.notEqual(verdict, undefined)
  const { rows } = await sql<{
    count: string
  }>`select count(*) from tombstones where deleted_by = ''`.execute(db)
  assert.equal(Number(rows[0]?.count), POSTS)
  assert.equal((await readFarewell(db)).preview.posts, 0)
})
