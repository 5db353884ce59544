/**
 * Every paged list, walked by its Link header alone while things come and go: what is there the whole time is read once
 * and in order, forwards and backwards. The walks are random and the same each time.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Row } from '../../../server/db/tables.ts'
import { openApiHome } from '../../support/api-home.ts'
import type { Json } from '../../support/http-client.ts'
import { type PagedList, type Random, below, randomFrom, walk } from '../../support/paged-walk.ts'

const home = await openApiHome()
const { ana, db, others } = home
const app = await home.app()

/** Nobody twice, and not in the order of their ids. */
const strangers: Array<Row<'actors'>> = []
for (let count = 0; count < 60; count += 1) strangers.push(await others.actor(`s${count}`))

function actorsIn(random: Random): () => Row<'actors'> {
  const left = [...strangers]
  return () => {
    const [actor] = left.splice(below(random, left.length), 1)
    assert.ok(actor)
    return actor
  }
}

const ben = await others.actor('ben')
await others.follow(ana, ben)
const listId = String((await app.post<Json>('/api/v1/lists', { title: 'paged' }))['id'])
await app.post(`/api/v1/lists/${listId}/accounts`, { account_ids: [ben.id] })
const anas = await app.post<Json>('/api/v1/statuses', { status: 'liked, boosted and quoted' })
const anasId = String(anas['id'])
const anasPost = await db.selectFrom('posts').selectAll().where('id', '=', anasId).executeTakeFirstOrThrow()

const removePost = async (id: string): Promise<void> => {
  await db.deleteFrom('posts').where('id', '=', id).execute()
}

const postsAt = (path: string, more: object = {}): PagedList => ({
  path,
  add: async () => (await others.post(ben, { shownTo: [ana], hashtags: ['paged'], ...more })).id,
  remove: removePost,
})

/** Posts on which the owner acts, not in the order in which they were written. */
function actedOn(path: string, act: string, undo: string, random: Random): PagedList {
  const posts: string[] = []
  return {
    path,
    async add() {
      while (posts.length < 3) posts.push((await others.post(ben)).id)
      const [id = ''] = posts.splice(below(random, posts.length), 1)
      await app.post(`/api/v1/statuses/${id}/${act}`)
      return id
    },
    remove: async (id) => {
      await app.post(`/api/v1/statuses/${id}/${undo}`)
    },
  }
}

/** Accounts on which the owner acts. */
function accountsAt(
  path: string,
  random: Random,
  add: (actor: Row<'actors'>) => Promise<unknown>,
  remove: (id: string) => Promise<unknown>,
): PagedList {
  const next = actorsIn(random)
  return {
    path,
    async add() {
      const actor = next()
      await add(actor)
      return actor.id
    },
    remove: async (id) => {
      await remove(id)
    },
  }
}

const onAccount = (act: string) => async (actor: Row<'actors'> | string) =>
  app.post(`/api/v1/accounts/${typeof actor === 'string' ? actor : actor.id}/${act}`)

const endFollows =
  (source: 'source_id' | 'target_id', other: 'source_id' | 'target_id') => async (id: string) =>
    db.deleteFrom('follows').where(source, '=', ana.id).where(other, '=', id).execute()
const isFollowedBy = (state: string) => async (actor: Row<'actors'>) => others.follow(actor, ana, state)
const follows = (state: string) => async (actor: Row<'actors'>) => others.follow(ana, actor, state)
const followersEnd = endFollows('target_id', 'source_id')
const followsEnd = endFollows('source_id', 'target_id')

async function isTold(actor: Row<'actors'>): Promise<string> {
  const post = await others.post(actor, { mentions: [ana] })
  const row = { actor_id: ana.id, kind: 'mention', from_actor_id: actor.id, post_id: post.id }
  return (await db.insertInto('notifications').values(row).returning('id').executeTakeFirstOrThrow()).id
}

const notifications = (path: string): Omit<PagedList, 'keyOf' | 'itemsOf'> => ({
  path,
  add: async () => isTold(ben),
  remove: async (id) => {
    await app.post(`/api/v1/notifications/${id}/dismiss`)
  },
})

async function likes(actor: Row<'actors'>): Promise<void> {
  const row = {
    uri: `${actor.uri}/likes/${anasId}`,
    kind: 'like',
    actor_id: actor.id,
    post_id: anasId,
  } as const
  await db
    .insertInto('interactions')
    .values({ ...row, state: 'fanned_out', state_next_attempt_at: null })
    .execute()
}

async function quotes(): Promise<string> {
  const post = await others.post(ben)
  const quote = { post_id: post.id, quoted_uri: anasPost.uri, host: 'home.example', quoted_id: anasId }
  const settled = { approval: 'accepted', state: 'settled', state_next_attempt_at: null } as const
  await db
    .insertInto('quotes')
    .values({ ...quote, quoted_author_id: ana.id, ...settled })
    .execute()
  return post.id
}

let words = 0
const word = (): string => `w${(words += 1)}`

/** By what each list is walked. */
const LISTS: Readonly<Record<string, (random: Random) => PagedList>> = {
  public: () => postsAt('/api/v1/timelines/public?remote=true'),
  home: () => postsAt('/api/v1/timelines/home'),
  // Only what follows the milliseconds in their ids tells them apart.
  'home, many posts of one moment': () => postsAt('/api/v1/timelines/home', { publishedAt: new Date() }),
  hashtag: () => postsAt('/api/v1/timelines/tag/paged'),
  'several hashtags': () =>
    postsAt('/api/v1/timelines/tag/paged?any[]=walked', { hashtags: ['paged', 'walked'] }),
  link: () =>
    postsAt('/api/v1/timelines/link?url=https://site.example/', {
      html: '<p><a href="https://site.example/" rel="nofollow">there</a></p>',
    }),
  list: () => postsAt(`/api/v1/timelines/list/${listId}`),
  'posts of an account': () => postsAt(`/api/v1/accounts/${ben.id}/statuses`),
  favourites: (random) => actedOn('/api/v1/favourites', 'favourite', 'unfavourite', random),
  bookmarks: (random) => actedOn('/api/v1/bookmarks', 'bookmark', 'unbookmark', random),
  followers: (random) =>
    accountsAt(`/api/v1/accounts/${ana.id}/followers`, random, isFollowedBy('accepted'), followersEnd),
  following: (random) =>
    accountsAt(`/api/v1/accounts/${ana.id}/following`, random, follows('accepted'), followsEnd),
  'follow requests': (random) =>
    accountsAt('/api/v1/follow_requests', random, isFollowedBy('pending_approval'), followersEnd),
  'requests of the owner': (random) =>
    accountsAt('/api/v1/follow_requests/outgoing', random, follows('pending_approval'), followsEnd),
  blocks: (random) => accountsAt('/api/v1/blocks', random, onAccount('block'), onAccount('unblock')),
  mutes: (random) => accountsAt('/api/v1/mutes', random, onAccount('mute'), onAccount('unmute')),
  'accounts of a list': (random) => ({
    ...accountsAt(
      `/api/v1/lists/${listId}/accounts`,
      random,
      async (actor) => {
        await others.follow(ana, actor)
        await app.post(`/api/v1/lists/${listId}/accounts`, { account_ids: [actor.id] })
      },
      followsEnd,
    ),
    order: (keys) => keys.toSorted((a, b) => (BigInt(a) < BigInt(b) ? 1 : -1)),
  }),
  'who likes a post': (random) =>
    accountsAt(`/api/v1/statuses/${anasId}/favourited_by`, random, likes, async (id) =>
      db.deleteFrom('interactions').where('actor_id', '=', id).where('post_id', '=', anasId).execute(),
    ),
  'who boosts a post': (random) =>
    accountsAt(
      `/api/v1/statuses/${anasId}/reblogged_by`,
      random,
      async (actor) => others.post(actor, { boostOf: anasPost }),
      async (id) =>
        db.deleteFrom('posts').where('author_id', '=', id).where('boost_of_id', '=', anasId).execute(),
    ),
  'quotes of a post': () => ({ path: `/api/v1/statuses/${anasId}/quotes`, add: quotes, remove: removePost }),
  notifications: () => notifications('/api/v1/notifications'),
  'grouped notifications': () => ({
    ...notifications('/api/v2/notifications'),
    itemsOf: (answer) => answer['notification_groups'] ?? [],
    keyOf: (group) => String(group['most_recent_notification_id']),
  }),
  conversations: (random) => {
    const next = actorsIn(random)
    const conversations = async (): Promise<Json[]> => [...(await app.get<Json>('/api/v1/conversations'))]
    return {
      path: '/api/v1/conversations',
      async add() {
        await app.post('/api/v1/statuses', {
          status: `@${next().username}@peer.example`,
          visibility: 'direct',
        })
        return String((await conversations())[0]?.['id'])
      },
      remove: async (id) => {
        await app.call('DELETE', `/api/v1/conversations/${id}`)
      },
    }
  },
  endorsements: (random) =>
    accountsAt(
      '/api/v1/endorsements',
      random,
      async (actor) => {
        await others.follow(ana, actor)
        await app.post(`/api/v1/accounts/${actor.id}/endorse`)
      },
      onAccount('unendorse'),
    ),
  'scheduled posts': () => ({
    path: '/api/v1/scheduled_statuses',
    async add() {
      const scheduled_at = new Date(Date.now() + 3_600_000).toISOString()
      return String((await app.post<Json>('/api/v1/statuses', { status: word(), scheduled_at }))['id'])
    },
    remove: async (id) => {
      await app.call('DELETE', `/api/v1/scheduled_statuses/${id}`)
    },
  }),
  'followed hashtags': () => ({
    path: '/api/v1/followed_tags',
    async add() {
      return String((await app.post<Json>(`/api/v1/tags/${word()}/follow`))['name'])
    },
    remove: async (name) => {
      await app.post(`/api/v1/tags/${name}/unfollow`)
    },
    keyOf: (tag) => String(tag['name']),
  }),
  'blocked domains': () => ({
    path: '/api/v1/domain_blocks',
    async add() {
      const domain = `${word()}.example`
      await app.post('/api/v1/domain_blocks', { domain })
      return domain
    },
    remove: async (domain) => {
      await app.call('DELETE', `/api/v1/domain_blocks?domain=${domain}`)
    },
    keyOf: String,
  }),
}

for (const [index, [name, open]] of Object.entries(LISTS).entries()) {
  test(`${name}: each item once and in order, down and up`, async () => {
    await walk(app, open(randomFrom(1_000 + index)), index)
  })
}
