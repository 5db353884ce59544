/** Own posts that go by themselves: when, and which stay all the same. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { PostExpiry } from '../../../server/contracts/clean-up.ts'
import type { Row } from '../../../server/db/tables.ts'
import {
  expireOwnPosts,
  previewPostExpiry,
  readPostExpiry,
  savePostExpiry,
} from '../../../server/domain/clean-up/post-expiry.ts'
import { openCleanUpGround } from '../../support/clean-up-ground.ts'

type Post = Row<'posts'>

const ground = await openCleanUpGround()
const { db, ana, oldOwnPost } = ground

const NO_EXCEPTION: PostExpiry = {
  isOn: true,
  afterDays: 100,
  keepsPinned: false,
  keepsDirect: false,
  keepsPolls: false,
  keepsMedia: false,
  keepsOwnFavourites: false,
  keepsOwnBookmarks: false,
  keepsBoosts: false,
  keepsFavouritesFrom: null,
  keepsBoostedFrom: null,
}

type Exception = keyof Omit<PostExpiry, 'isOn' | 'afterDays'>

const SCENES: Readonly<Record<Exception, () => Promise<Post>>> = {
  keepsPinned: async () => {
    const post = await oldOwnPost()
    await db.insertInto('pins').values({ actor_id: ana.id, post_id: post.id }).execute()
    return post
  },
  keepsDirect: async () => oldOwnPost({ visibility: 'direct' }),
  keepsPolls: async () => {
    const post = await oldOwnPost()
    await db.insertInto('polls').values({ id: post.id, is_multiple: false, is_local: true }).execute()
    return post
  },
  keepsMedia: async () => oldOwnPost({ images: ['https://home.example/1.png'] }),
  keepsOwnFavourites: async () => {
    const post = await oldOwnPost()
    await db
      .insertInto('interactions')
      .values({ uri: `https://home.example/${post.id}`, kind: 'like', actor_id: ana.id, post_id: post.id })
      .execute()
    return post
  },
  keepsOwnBookmarks: async () => {
    const post = await oldOwnPost()
    await db.insertInto('bookmarks').values({ actor_id: ana.id, post_id: post.id }).execute()
    return post
  },
  keepsBoosts: async () => oldOwnPost({ boostOf: await ground.oldPost() }),
  keepsFavouritesFrom: async () => counted('likes_count'),
  keepsBoostedFrom: async () => counted('boosts_count'),
}

async function counted(column: 'likes_count' | 'boosts_count'): Promise<Post> {
  const post = await oldOwnPost()
  await db
    .updateTable('posts')
    .set({ [column]: 3 })
    .where('id', '=', post.id)
    .execute()
  return post
}

async function expireAll(expiry: PostExpiry): Promise<number> {
  await db.transaction().execute(async (tx) => savePostExpiry(tx, ana.id, expiry, new Date()))
  return expireOwnPosts(db, new Date(), 100)
}

async function isDeleted({ id }: Post): Promise<boolean> {
  const row = await db.selectFrom('posts').select('deleted_at').where('id', '=', id).executeTakeFirst()
  return row?.deleted_at !== null
}

test('nobody has said anything: nothing goes', async () => {
  const post = await oldOwnPost()
  assert.equal((await readPostExpiry(db, ana.id)).isOn, false)
  assert.equal(await expireOwnPosts(db, new Date(), 100), 0)
  assert.equal(await expireAll({ ...NO_EXCEPTION, isOn: false }), 0)
  assert.equal(await isDeleted(post), false)
})

test('what was brought along a moment ago stays, however old it was where it came from', async () => {
  const post = await oldOwnPost()
  const importedAt = async (at: Date): Promise<void> => {
    const imported = { imported_from: 'https://old.example/1', created_at: at }
    await db.updateTable('posts').set(imported).where('id', '=', post.id).execute()
  }
  await importedAt(new Date())
  await expireAll(NO_EXCEPTION)
  assert.equal(await isDeleted(post), false)
  await importedAt(new Date(Date.now() - 101 * 86_400_000))
  await expireAll(NO_EXCEPTION)
  assert.equal(await isDeleted(post), true)
})

for (const [name, scene] of Object.entries(SCENES) as [Exception, () => Promise<Post>][]) {
  test(`${name} keeps what it names and nothing else; without it that goes too`, async () => {
    const [post, other] = [await scene(), await oldOwnPost()]
    const isNumber = name === 'keepsFavouritesFrom' || name === 'keepsBoostedFrom'
    const expiry = { ...NO_EXCEPTION, [name]: isNumber ? 3 : true }
    const before = await previewPostExpiry(db, ana.id, expiry, new Date())
    assert.equal(await expireAll(expiry), before.posts)
    assert.deepEqual([await isDeleted(post), await isDeleted(other)], [false, true])
    await expireAll(isNumber ? { ...NO_EXCEPTION, [name]: 4 } : NO_EXCEPTION)
    assert.equal(await isDeleted(post), true)
  })
}

test('younger posts stay, others are told of those that go, and few go at once, the oldest first', async () => {
  const young = await oldOwnPost({}, 99)
  const posts = [await oldOwnPost({}, 120), await oldOwnPost({}, 140), await oldOwnPost({}, 130)]
  const look = await previewPostExpiry(db, ana.id, NO_EXCEPTION, new Date())
  assert.deepEqual(
    [look.posts, look.oldest, look.newest],
    [3, posts[1]?.published_at.toISOString(), posts[0]?.published_at.toISOString()],
  )
  assert.equal(await expireOwnPosts(db, new Date(), 1), 1)
  assert.deepEqual(await Promise.all(posts.map(isDeleted)), [false, true, false])
  const told = await db
    .selectFrom('posts')
    .select(['state'])
    .where('id', '=', posts[1]?.id ?? '')
    .executeTakeFirstOrThrow()
  assert.equal(told.state, 'deleted')
  assert.equal(await isDeleted(young), false)
})

test('while a great many deliveries wait nothing more goes', async () => {
  await sql`
    with activity as (
      insert into outbound_activities (activity_uri, activity_type, actor_id, object_uri, body)
      values ('https://home.example/ap/a1', 'Delete', ${ana.id}, 'https://home.example/o', '{}') returning id
    )
    insert into fan_outs (activity_id, inbox_uri, host, object_uri)
    select id, 'https://peer.example/inbox/' || n, 'peer.example', 'https://home.example/o'
      from activity, generate_series(1, 501) as n`.execute(db)
  assert.equal(await expireOwnPosts(db, new Date(), 100), 0)
  await sql`delete from fan_outs where inbox_uri = 'https://peer.example/inbox/1'`.execute(db)
  assert.equal(await expireOwnPosts(db, new Date(), 100), 2)
})
