/** The end of a follow that is taken back: what left the home timeline with it stands there again, in every window. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { Status } from '../../../server/contracts/status.ts'
import type { Row } from '../../../server/db/tables.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { findOwnFollows, followAccepted } from '../../../server/domain/follows/answered-follow.ts'
import { openApiHome } from '../../support/api-home.ts'
import { EventReader } from '../../support/event-reader.ts'

const home = await openApiHome({ env: { HOMEBIRD_API_RATE: '0' } })
const { db, ana, others } = home
const app = await home.app()

const shownOf = async (author: Row<'actors'>): Promise<string[]> =>
  (await app.get<Status[]>('/api/v1/timelines/home?limit=40'))
    .filter(({ account }) => account.id === author.id)
    .map(({ id }) => id)

/** Somebody who is followed and read: a post, a boost, a post for followers, newest first. */
async function openAuthor(name: string): Promise<{ author: Row<'actors'>; ids: string[] }> {
  const author = await others.actor(name)
  await others.follow(ana, author)
  const shownTo = [ana]
  const carried = await others.post(await others.actor(`of-${name}`))
  const posts = [
    await others.post(author, { shownTo }),
    await others.post(author, { shownTo, boostOf: carried }),
    await others.post(author, { shownTo, visibility: 'followers' }),
  ]
  return { author, ids: posts.map(({ id }) => id).toReversed() }
}

async function unfollows(author: Row<'actors'>): Promise<void> {
  await app.post(`/api/v1/accounts/${author.id}/unfollow`)
}

async function followsAgain(author: Row<'actors'>, options: object = {}): Promise<void> {
  await app.post(`/api/v1/accounts/${author.id}/follow`, options)
  assert.deepEqual(await shownOf(author), [])
  await inTransaction(db, async (tx) => {
    const [follow] = await findOwnFollows(tx, author.id)
    assert.ok(follow !== undefined && (await followAccepted(tx, follow, new Date())))
  })
}

test('posts leave with the follow, come back with it when it is accepted, and open windows are told', async (t) => {
  const { author, ids } = await openAuthor('ben')
  assert.deepEqual(await shownOf(author), ids)
  await unfollows(author)
  assert.deepEqual(await shownOf(author), [])
  const stream = new EventReader(await app.open('/api/v1/streaming/user'))
  t.after(() => stream.close())
  await followsAgain(author)
  assert.deepEqual(await shownOf(author), ids)
  const told = [await stream.next(), await stream.next(), await stream.next()]
  assert.deepEqual(
    told.map(({ event, data }) => [event, (JSON.parse(data) as Status).id]),
    ids.map((id) => ['update', id]),
  )
})

test('what is not wanted any more, is gone, or left a day ago does not come back', async () => {
  const { author, ids } = await openAuthor('kai')
  await unfollows(author)
  await db
    .deleteFrom('posts')
    .where('id', '=', ids[0] ?? '')
    .execute()
  await followsAgain(author, { reblogs: false })
  assert.deepEqual(await shownOf(author), [ids[2]])
  const late = await openAuthor('lee')
  await unfollows(late.author)
  await sql`update left_entries set left_at = left_at - interval '25 hours' where followed_id = ${late.author.id}`.execute(
    db,
  )
  await followsAgain(late.author)
  assert.deepEqual(await shownOf(late.author), [])
})

test('a follow that ends twice keeps what was there the last time, and nothing is left behind', async () => {
  const { author, ids } = await openAuthor('mia')
  await unfollows(author)
  await followsAgain(author)
  const [newest] = [await others.post(author, { shownTo: [ana] })]
  await unfollows(author)
  await followsAgain(author)
  assert.deepEqual(await shownOf(author), [newest.id, ...ids])
  const { rows } = await sql`select from left_entries where followed_id = ${author.id}`.execute(db)
  assert.equal(rows.length, 0)
})
