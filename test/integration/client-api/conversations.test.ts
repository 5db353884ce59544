/** Conversations, as apps list them, read them and put them away. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRestAPIClient } from 'masto'
import generator from 'megalodon'
import type { Conversation } from '../../../server/contracts/conversation.ts'
import type { Status } from '../../../server/contracts/status.ts'
import type { Row } from '../../../server/db/tables.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { forgetGoneActor } from '../../../server/domain/actors/actor-freshness.ts'
import { linkRepliesTo } from '../../../server/domain/posts/link-replies.ts'
import { removePosts } from '../../../server/domain/posts/remove-posts.ts'
import { openApiHome } from '../../support/api-home.ts'
import { EventReader } from '../../support/event-reader.ts'
import { linksOf } from '../../support/links.ts'
import { tell } from '../../support/tell.ts'

const home = await openApiHome({ domain: null })
const { ana, db, others } = home
const app = await home.app()
const url = `http://${home.host}`
const masto = createRestAPIClient({ url, accessToken: app.token ?? '' })
const megalodon = generator('mastodon', url, app.token)

type Actor = Row<'actors'>
type Post = Row<'posts'>

/** A private post of somebody elsewhere that reaches ana. */
async function letter(from: Actor, more: { to?: readonly Actor[]; inReplyTo?: Post } = {}): Promise<Post> {
  const { to = [], ...seed } = more
  const post = await others.post(from, { ...seed, visibility: 'direct', mentions: [ana, ...to] })
  await tell(home, { actorId: ana.id, kind: 'mention', fromActorId: from.id, postId: post.id })
  return post
}

const list = async (query = ''): Promise<Conversation[]> => app.get(`/api/v1/conversations${query}`)
const withActor = (all: readonly Conversation[], ...actors: readonly Actor[]): Conversation | undefined =>
  all.find(
    ({ accounts }) =>
      accounts
        .map(({ id }) => id)
        .sort()
        .join() ===
      actors
        .map(({ id }) => id)
        .sort()
        .join(),
  )
const writes = async (status: string, more: object = {}): Promise<Status> =>
  app.post('/api/v1/statuses', { status, visibility: 'direct', ...more })

test('a private mention begins a conversation, which an answer of one’s own reads', async () => {
  const ben = await others.actor('ben')
  const first = await letter(ben)
  const [one] = await masto.v1.conversations.list()
  assert.equal(one?.unread, true)
  assert.deepEqual([one.accounts.map(({ id }) => id), one.lastStatus?.id], [[ben.id], first.id])
  const mine = await writes('@ben@peer.example hello', { in_reply_to_id: first.id })
  const [again] = await list()
  assert.deepEqual([again?.id, again?.unread, again?.last_status?.id], [one.id, false, mine.id])
  const open = await others.post(ben, { mentions: [ana] })
  await tell(home, { actorId: ana.id, kind: 'mention', fromActorId: ben.id, postId: open.id })
  assert.equal((await list()).length, 1, 'what is public is no conversation')
})

test('other people in the thread are another conversation, and an edit of the last post is seen', async () => {
  const cleo = await others.actor('cleo')
  const dora = await others.actor('dora')
  const first = await letter(cleo)
  const both = await letter(cleo, { to: [dora], inReplyTo: first })
  const all = await list()
  assert.equal(withActor(all, cleo)?.last_status?.id, first.id)
  assert.equal(withActor(all, cleo, dora)?.last_status?.id, both.id)
  await db
    .updateTable('posts')
    .set({ content_html: '<p>edited</p>', edited_at: new Date() })
    .where('id', '=', both.id)
    .execute()
  assert.equal(withActor(await list(), cleo, dora)?.last_status?.content, '<p>edited</p>')
})

test('marking as read and unread, and putting away until a new post comes', async () => {
  const emil = await others.actor('emil')
  const post = await letter(emil)
  const { id } = withActor(await list(), emil) ?? { id: '' }
  assert.equal((await megalodon.readConversation(id)).data.unread, false)
  assert.equal((await masto.v1.conversations.$select(id).unread()).unread, true)
  assert.deepEqual((await megalodon.deleteConversation(id)).data, {})
  assert.equal(withActor(await list(), emil), undefined)
  assert.equal((await app.ask(`/api/v1/statuses/${post.id}`)).status, 200, 'its posts stay')
  for (const [method, path] of [
    ['DELETE', id],
    ['POST', `${id}/read`],
    ['POST', 'nothing/unread'],
    ['DELETE', "1'--"],
  ] as const)
    assert.equal((await app.ask(`/api/v1/conversations/${path}`, { method })).status, 404)
  const next = await letter(emil, { inReplyTo: post })
  assert.equal(withActor(await list(), emil)?.last_status?.id, next.id)
})

test('where the last post is deleted the one before it is the last; without any the conversation is gone', async () => {
  const finn = await others.actor('finn')
  const first = await letter(finn)
  const mine = await writes('@finn@peer.example yes', { in_reply_to_id: first.id })
  const third = await letter(finn, { inReplyTo: first })
  const last = async (): Promise<string | undefined> => withActor(await list(), finn)?.last_status?.id
  assert.equal(await last(), third.id)
  await inTransaction(db, async (tx) => removePosts(tx, [third.id]))
  assert.equal(await last(), mine.id)
  await app.call('DELETE', `/api/v1/statuses/${mine.id}`)
  assert.equal(await last(), first.id)
  await inTransaction(db, async (tx) => removePosts(tx, [first.id]))
  assert.equal(await last(), undefined)
})

test('somebody who is gone takes their posts along, and what one wrote oneself is still there', async () => {
  const gina = await others.actor('gina')
  const first = await letter(gina)
  const mine = await writes('@gina@peer.example are you there?', { in_reply_to_id: first.id })
  await inTransaction(db, async (tx) => forgetGoneActor(tx, gina.id, new Date()))
  assert.equal(withActor(await list(), gina)?.last_status?.id, mine.id)
  await db.deleteFrom('actors').where('id', '=', gina.id).execute()
  assert.equal(withActor(await list(), ana)?.last_status?.id, mine.id, 'nobody else is in it')
})

test('whoever is blocked is in no conversation, and nobody sees those of another identity', async () => {
  const hugo = await others.actor('hugo')
  await letter(hugo)
  const { id } = withActor(await list(), hugo) ?? { id: '' }
  await app.post(`/api/v1/accounts/${hugo.id}/block`)
  assert.equal(withActor(await list(), hugo), undefined)
  assert.equal((await app.ask(`/api/v1/conversations/${id}/read`, { method: 'POST' })).status, 404)
  await letter(hugo)
  assert.equal(withActor(await list(), hugo), undefined)
  assert.equal((await home.ask('/api/v1/conversations')).status, 401)
  const narrow = await home.app(['read:accounts', 'write:statuses'])
  assert.equal((await narrow.ask('/api/v1/conversations')).status, 403)
  assert.equal((await narrow.ask(`/api/v1/conversations/${id}/read`, { method: 'POST' })).status, 403)
})

test('a thread that turns out to be a part of another takes its conversation along', async () => {
  const ines = await others.actor('ines')
  const child = await letter(ines)
  const parent = await letter(ines)
  const of = async (): Promise<Conversation[]> =>
    (await list()).filter(({ accounts }) => accounts[0]?.id === ines.id)
  assert.equal((await of()).length, 2)
  await app.post(`/api/v1/conversations/${(await of())[0]?.id}/read`)
  await db.updateTable('posts').set({ in_reply_to_uri: parent.uri }).where('id', '=', child.id).execute()
  await inTransaction(db, async (tx) => linkRepliesTo(tx, [parent]))
  const [one, ...rest] = await of()
  assert.deepEqual([one?.last_status?.id, one?.unread, rest], [parent.id, true, []])
  const next = await letter(ines, { inReplyTo: { ...child, conversation_id: parent.conversation_id } })
  assert.deepEqual(
    (await of()).map(({ id, last_status: status }) => [id, status?.id]),
    [[one?.id, next.id]],
  )
})

test('pages lead on by the last posts, at a fixed price', async () => {
  const people = await Promise.all(Array.from({ length: 12 }, async (_, n) => others.actor(`p${n}`)))
  const letters: Post[] = []
  for (const actor of people) letters.unshift(await letter(actor))
  const before = home.statementCount()
  const answer = await app.ask('/api/v1/conversations?limit=5')
  const price = home.statementCount() - before
  assert.ok(price <= 8, `${price} statements`)
  const ids = (answer.json() as unknown as Conversation[]).map(({ last_status: status }) => status?.id)
  assert.deepEqual(
    ids,
    letters.slice(0, 5).map(({ id }) => id),
  )
  const { next } = linksOf(answer.headers.link)
  assert.equal(next?.searchParams.get('max_id'), letters[4]?.id)
  const second = await list(`?limit=5&max_id=${letters[4]?.id}`)
  assert.equal(second[0]?.last_status?.id, letters[5]?.id)
  const back = await list(`?limit=2&min_id=${letters[4]?.id}`)
  assert.deepEqual(
    back.map(({ last_status: status }) => status?.id),
    [letters[2]?.id, letters[3]?.id],
  )
})

test('the stream of direct messages tells of it', async (t) => {
  const jana = await others.actor('jana')
  const stream = new EventReader(await app.open('/api/v1/streaming/direct'))
  t.after(() => stream.close())
  const post = await letter(jana)
  const { event, data } = await stream.next()
  const conversation = JSON.parse(data) as Conversation
  assert.equal(event, 'conversation')
  assert.deepEqual(
    [conversation.unread, conversation.accounts[0]?.id, conversation.last_status?.id],
    [true, jana.id, post.id],
  )
})
