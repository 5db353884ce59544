/** Who of those the owner follows boosted a post: the window is told with each page and live, an app never. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { sql } from 'kysely'
import type { BoostersChange, FollowedBoosters, WindowStatus } from '../../../server/contracts/boosters.ts'
import type { Row } from '../../../server/db/tables.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { blockActor, muteActor } from '../../../server/domain/blocks/block-actor.ts'
import { followedBoosters } from '../../../server/domain/posts/list-boosters.ts'
import { removePosts } from '../../../server/domain/posts/remove-posts.ts'
import { addToTimelines } from '../../../server/domain/timelines/add-to-timelines.ts'
import { boosterChanges } from '../../../server/domain/timelines/booster-changes.ts'
import { publishToStreams } from '../../../server/domain/timelines/stream-notices.ts'
import { ApiClient, PASSWORD, openApiHome } from '../../support/api-home.ts'
import { EventReader } from '../../support/event-reader.ts'
import { type PrivateClient, openPrivateClient } from '../../support/private-client.ts'

type Actor = Row<'actors'>
type Post = Row<'posts'>

const home = await openApiHome({ env: { HOMEBIRD_API_RATE: '0' } })
const { db, ana, others } = home
let owner: PrivateClient
/** Session and marks of the window, for a stream. */
let windowHeaders: Record<string, string>

before(async () => {
  owner = await openPrivateClient(home.context, PASSWORD)
  const host = `127.0.0.1:${owner.port}`
  const answer = await owner.askAsStranger('/api/homebird/v1/session', {
    method: 'POST',
    body: { password: PASSWORD },
  })
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
  windowHeaders = { host, cookie, 'x-homebird': '1' }
})

async function followed(name: string, change: Partial<Row<'follows'>> = {}): Promise<Actor> {
  const actor = await others.actor(name)
  await others.follow(ana, actor)
  if (Object.keys(change).length > 0) {
    await db
      .updateTable('follows')
      .set(change)
      .where('target_id', '=', actor.id)
      .where('source_id', '=', ana.id)
      .execute()
  }
  return actor
}

/** As the inbox takes it: into the timeline unless it repeats, and the windows are told. */
async function boosts(actor: Actor, post: Post): Promise<Post> {
  const boost = await others.post(actor, { boostOf: post })
  await inTransaction(db, async (tx) => {
    await addToTimelines(tx, [boost.id])
    await publishToStreams(tx, await boosterChanges(tx, [boost.id]))
  })
  return boost
}

async function page(): Promise<WindowStatus[]> {
  const answer = await owner.ask('/api/v1/timelines/home?limit=40')
  assert.equal(answer.status, 200, answer.text())
  return answer.json() as unknown as WindowStatus[]
}

async function boostersOf(post: Post): Promise<FollowedBoosters | null | undefined> {
  const row = (await page()).find(({ id, reblog }) => (reblog?.id ?? id) === post.id)
  return (row?.reblog ?? row)?.followed_boosters
}

const namesOf = (told: FollowedBoosters | null | undefined): unknown =>
  told === undefined || told === null ? told : [told.count, told.accounts.map(({ acct }) => acct)]

test('whose boost the home withheld is named all the same, whoever boosted first at the front', async () => {
  const [ben, kai, lee] = [await followed('ben'), await followed('kai'), await others.actor('lee')]
  const post = await others.post(lee)
  await boosts(ben, post)
  await boosts(kai, post)
  await boosts(lee, post) // nobody follows Lee
  const rows = (await page()).filter(({ reblog }) => reblog?.id === post.id)
  assert.deepEqual(
    rows.map(({ account }) => account.username),
    ['ben'],
  )
  const told = await boostersOf(post)
  assert.deepEqual(namesOf(told), [2, ['ben@peer.example', 'kai@peer.example']])
  assert.deepEqual(Object.keys(told?.accounts[0] ?? {}).toSorted(), [
    'acct',
    'avatar',
    'avatar_static',
    'bot',
    'display_name',
    'emojis',
    'id',
    'locked',
    'username',
  ])
})

test('a post that came from its author has them too; one that nobody boosted has none', async () => {
  const [mia, noa] = [await followed('mia'), await followed('noa')]
  const [post, plain] = [await others.post(mia), await others.post(mia)]
  await inTransaction(db, async (tx) => addToTimelines(tx, [post.id, plain.id]))
  await boosts(noa, post)
  assert.deepEqual(namesOf(await boostersOf(post)), [1, ['noa@peer.example']])
  assert.equal(await boostersOf(plain), null)
})

test('nobody is named whom the owner does not want to read', async () => {
  const author = await followed('orla')
  const post = await others.post(author)
  await db.updateTable('posts').set({ language: 'fr' }).where('id', '=', post.id).execute()
  const wanted = await followed('pia')
  const quiet = await followed('quin', { shows_boosts: false })
  const german = await followed('rosa', { languages: ['de'] })
  const muted = await followed('sam')
  const blocked = await followed('tom')
  const blocking = await followed('uma')
  const pending = await others.actor('vera')
  await others.follow(ana, pending, 'sent')
  const away = await others.actor('will', { host: 'bad.example' })
  await others.follow(ana, away)
  for (const actor of [wanted, quiet, german, muted, blocked, blocking, pending, away]) {
    const boost = await others.post(actor, { boostOf: post })
    await db.updateTable('posts').set({ language: 'fr' }).where('id', '=', boost.id).execute()
  }
  await inTransaction(db, async (tx) => addToTimelines(tx, [post.id]))
  const known = await boostersOf(post)
  assert.equal(known?.count, 5)
  const options = { hidesNotifications: true, expiresAt: null }
  await inTransaction(db, async (tx) => {
    await muteActor(tx, home.home, ana, muted, options, new Date())
    await blockActor(tx, home.home, ana, blocked, new Date())
    await sql`insert into blocks (uri, source_id, target_id, state, state_next_attempt_at)
              values (${`${blocking.uri}/blocks/1`}, ${blocking.id}, ${ana.id}, 'sent', null)`.execute(tx)
    await sql`update actors set is_domain_blocked = true where id = ${away.id}`.execute(tx)
  })
  assert.deepEqual(namesOf(await boostersOf(post)), [1, ['pia@peer.example']])
})

test('a boost for followers alone is named to whom it was for, and of many the number is told', async () => {
  const author = await followed('xeno')
  const post = await others.post(author)
  await inTransaction(db, async (tx) => addToTimelines(tx, [post.id]))
  for (let number = 0; number < 25; number += 1) {
    await others.post(await followed(`many${number}`), {
      boostOf: post,
      visibility: number === 0 ? 'direct' : 'followers',
    })
  }
  const told = await boostersOf(post)
  assert.deepEqual([told?.count, told?.accounts.length, told?.accounts[0]?.username], [24, 20, 'many1'])
})

test('an app is told nothing of it, neither in a page nor live, and a page costs one statement more for the window', async () => {
  const app = await home.app()
  assert.ok(!(await app.ask('/api/v1/timelines/home?limit=40')).text().includes('followed_boosters'))
  await app.get('/api/v1/timelines/home?limit=40')
  const start = home.statementCount()
  await app.get('/api/v1/timelines/home?limit=40')
  const forApp = home.statementCount() - start
  await page()
  const beforePage = home.statementCount()
  await page()
  const forWindow = home.statementCount() - beforePage
  // The session is looked up in the table, a token is remembered.
  assert.ok(forWindow <= forApp + 2, `${forWindow} statements for the window, ${forApp} for an app`)
})

test('a window is told live when others boost what it shows, also where no row comes, and when they take it back', async (t) => {
  const [yann, zoe] = [await followed('yann'), await followed('zoe')]
  const post = await others.post(await others.actor('stranger'))
  await boosts(yann, post)
  const app = await home.app()
  const phone = new EventReader(await app.open('/api/v1/streaming/user'))
  const inWindow = new ApiClient(owner.port, windowHeaders['host'] ?? '', null)
  const window = new EventReader(await inWindow.open('/api/v1/streaming/user', windowHeaders))
  t.after(() => {
    for (const reader of [phone, window]) reader.close()
  })
  const boost = await boosts(zoe, post)
  const added = await window.next()
  const change = JSON.parse(added.data) as BoostersChange
  assert.deepEqual([added.event, change.id], ['boosters', post.id])
  assert.deepEqual(namesOf(change.followed_boosters), [2, ['yann@peer.example', 'zoe@peer.example']])
  await inTransaction(db, async (tx) => removePosts(tx, [boost.id]))
  const taken = JSON.parse((await window.next()).data) as BoostersChange
  assert.deepEqual(namesOf(taken.followed_boosters), [1, ['yann@peer.example']])
  // What the phone hears first came after all of that.
  const last = await app.post<{ id: string }>('/api/v1/statuses', { status: 'the end' })
  const heard = await phone.next()
  assert.deepEqual([heard.event, (JSON.parse(heard.data) as { id: string }).id], ['update', last.id])
})

/** 2,000 people of whom half are followed, 3,000 posts with ten boosts each, and one that all of them boosted. */
async function seedMany(): Promise<void> {
  const host = 'many.example'
  await sql`
    insert into actors (uri, host, username, handle_domain, display_name, inbox_uri, shared_inbox_uri, fetched_at)
    select 'https://many.example/' || n, ${host}, 'p' || n, ${host}, 'P ' || n, 'https://many.example/inbox',
           'https://many.example/inbox', now() from generate_series(1, 2000) as n`.execute(db)
  await sql`
    insert into follows (uri, source_id, target_id, state, state_next_attempt_at)
    select ${ana.uri} || '/many/' || username, ${ana.id}, id, 'accepted', null from actors
     where host = ${host} and id % 2 = 0`.execute(db)
  const people = sql`select id, row_number() over (order by id) as n from actors where host = ${host}`
  await sql`
    insert into posts (id, uri, author_id, visibility, conversation_id, published_at, state, state_next_attempt_at)
    select made.id, 'https://many.example/posts/' || made.id, person.id, 'public', made.id, now(), 'fanned_out', null
      from (select next_id() as id, n from generate_series(1, 3001) as n) as made
      join (${people}) as person on person.n = 1 + made.n % 2000`.execute(db)
  const posts = sql`
    select posts.id, row_number() over (order by posts.id desc) as n from posts join actors on actors.id = author_id
     where host = ${host} and boost_of_id is null`
  await sql`
    insert into posts (id, uri, author_id, kind, boost_of_id, visibility, conversation_id, published_at, state,
                       state_next_attempt_at)
    select made.id, 'https://many.example/boosts/' || made.id, made.author_id, 'Announce', made.post_id, 'public', made.id,
           now(), 'fanned_out', null
      from (select next_id() as id, person.id as author_id, post.id as post_id
              from (${posts}) as post join (${people}) as person
                on post.n = 1 or (person.n + post.n) % 200 = 0) as made`.execute(db)
  await sql`
    insert into blocks (uri, source_id, target_id, is_mute, state, state_next_attempt_at)
    select ${ana.uri} || '/mutes/' || username, ${ana.id}, id, true, 'new', null from actors
     where host = ${host} and username like 'p1__'`.execute(db)
  await sql`
    insert into blocks (uri, source_id, target_id, state, state_next_attempt_at)
    select one.uri || '/blocks/1', one.id, other.id, 'sent', null
      from (${people}) as numbered join actors as one on one.id = numbered.id
      join (${people}) as other on other.n = numbered.n + 1`.execute(db)
  await sql`
    insert into mentions (post_id, actor_id)
    select posts.id, actors.id from posts, actors
     where boost_of_id is null and actors.host = ${host} and actors.username like 'p99%' and posts.id % 20 = 0`.execute(
    db,
  )
  await sql`analyze posts, follows, actors, blocks, mentions`.execute(db)
}

test('with tens of thousands of boosts the page is read by indexes', async (t) => {
  await seedMany()
  const { rows: newest } = await sql<{ id: string }>`
    select id from posts where boost_of_id is null order by id desc limit 40`.execute(db)
  const asked = { viewerId: ana.id, postIds: newest.map(({ id }) => id) }
  const { rows } = await sql<{ 'QUERY PLAN': string }>`
    explain (analyze, buffers off) ${followedBoosters(asked)}`.execute(db)
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  t.diagnostic(rows.at(-1)?.['QUERY PLAN'] ?? '')
  // The follows of the reader may be read whole, once for the page.
  assert.doesNotMatch(plan, /Seq Scan on (?:posts|blocks|mentions|actors)/, plan)
  assert.doesNotMatch(plan, /Seq Scan on follows.*loops=(?!1\))/, plan)
  assert.match(plan, /posts_boost_of/, plan)
})
