/** Reactions as apps make and see them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Notification } from '../../../server/contracts/notification.ts'
import type { Account } from '../../../server/contracts/account.ts'
import type { Status } from '../../../server/contracts/status.ts'
import type { Row } from '../../../server/db/tables.ts'
import { MAX_REACTIONS } from '../../../server/domain/interactions/ingest-reactions.ts'
import { openApiHome } from '../../support/api-home.ts'

const home = await openApiHome()
const app = await home.app()
const ben = await home.others.actor('ben')
const cleo = await home.others.actor('cleo', { host: 'other.example' })

const at = (id: string, emoji: string, path = 'emoji_reactions'): string =>
  `/api/v1/statuses/${id}/${path}/${encodeURIComponent(emoji)}`

async function knows(shortcode: string, host: string | null, more: { state?: string } = {}): Promise<string> {
  const row = await home.db
    .insertInto('emojis')
    .values({
      shortcode,
      host,
      url: `https://${host ?? 'home.example'}/${shortcode}.png`,
      image_host: host ?? 'home.example',
      is_confirmed: true,
      state: more.state ?? 'updated',
      state_next_attempt_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

let count = 0

/** A reaction by somebody elsewhere, as the inbox leaves it. */
async function reacts(actor: Row<'actors'>, postId: string, emoji: string, emojiId: string | null = null) {
  count += 1
  const { id } = await home.db
    .insertInto('interactions')
    .values({
      uri: `${actor.uri}/reactions/${count}`,
      kind: 'reaction',
      actor_id: actor.id,
      post_id: postId,
      emoji,
      emoji_id: emojiId,
      state: 'fanned_out',
      state_next_attempt_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await home.db
    .insertInto('notifications')
    .values({
      actor_id: home.ana.id,
      kind: 'emoji_reaction',
      from_actor_id: actor.id,
      post_id: postId,
      interaction_id: id,
    })
    .execute()
}

const writes = async (status: string): Promise<Status> => app.post<Status>('/api/v1/statuses', { status })

test('reactions are put and deleted, and the status tells of them', async () => {
  const post = await home.others.post(ben, { html: '<p>hello</p>' })
  const first = await app.call<Status>('PUT', at(post.id, '🎉'))
  assert.deepEqual(first.emoji_reactions, [{ name: '🎉', count: 1, me: true, account_ids: [home.ana.id] }])
  assert.deepEqual(first.reactions, [{ name: '🎉', count: 1, me: true }])
  assert.equal(first.favourites_count, 0)
  assert.equal(first.favourited, false)
  const again = await app.call<Status>('PUT', at(post.id, '🎉'))
  assert.equal(again.emoji_reactions[0]?.count, 1)
  await reacts(cleo, post.id, '🎉')
  const second = await app.post<Status>(at(post.id, '☕', 'react'))
  assert.deepEqual(
    second.emoji_reactions.map(({ name, count: many, me }) => [name, many, me]),
    [
      ['🎉', 2, true],
      ['☕', 1, true],
    ],
  )
  const less = await app.call<Status>('DELETE', at(post.id, '🎉'))
  assert.deepEqual(
    less.emoji_reactions.map(({ name, count: many, me }) => [name, many, me]),
    [
      ['🎉', 1, false],
      ['☕', 1, true],
    ],
  )
  const none = await app.post<Status>(at(post.id, '☕', 'unreact'))
  assert.deepEqual(none.emoji_reactions.length, 1)
  // Nothing to take back is no mistake.
  await app.post<Status>(at(post.id, '☕', 'unreact'))
})

test('custom emoji are reacted with by name: the one of the post before others, with a host the one of that host', async () => {
  const far = await knows('blob', 'other.example')
  const near = await knows('blob', 'peer.example')
  const post = await home.others.post(ben)
  const chosen = await app.call<Status>('PUT', at(post.id, ':blob:'))
  const [reaction] = chosen.emoji_reactions
  assert.deepEqual([reaction?.name, reaction?.domain, reaction?.me], ['blob', 'peer.example', true])
  assert.match(reaction?.url ?? '', new RegExp(`^https://home.example/proxy/emoji/e${near}.blob/[\\w-]{22}$`))
  assert.equal(chosen.reactions[0]?.name, 'blob@peer.example')
  const both = await app.call<Status>('PUT', at(post.id, 'blob@other.example'))
  assert.deepEqual(
    both.emoji_reactions.map(({ domain }) => domain),
    ['peer.example', 'other.example'],
  )
  const none = await app.call<Status>('DELETE', at(post.id, 'blob'))
  assert.deepEqual(none.emoji_reactions, [])
  // What others reacted with goes before what their server has.
  await reacts(cleo, post.id, ':blob@other.example:', far)
  const same = await app.call<Status>('PUT', at(post.id, 'blob'))
  assert.deepEqual(
    same.emoji_reactions.map(({ domain, count: many }) => [domain, many]),
    [['other.example', 2]],
  )
})

test('what is no emoji, or none that is known, is refused; so is one too many, and a post that is not there', async () => {
  await knows('broken', 'peer.example', { state: 'unusable' })
  const post = await home.others.post(ben)
  const bad = ['nice', '1', '🎉🎉', ':unknown:', 'broken', '<b>', ':blob@nowhere.example:', 'x'.repeat(400)]
  for (const emoji of bad) {
    assert.equal((await app.ask(at(post.id, emoji), { method: 'PUT' })).status, 422, emoji)
  }
  const many = ['😀', '😁', '😂', '😃', '😄', '😅', '😆', '😇', '😈', '😉', '😊'].slice(0, MAX_REACTIONS + 1)
  const statuses: number[] = []
  for (const emoji of many) statuses.push((await app.ask(at(post.id, emoji), { method: 'PUT' })).status)
  assert.deepEqual(statuses, [...many.slice(1).map(() => 200), 422])
  const hidden = await home.others.post(ben, { visibility: 'followers' })
  for (const id of [hidden.id, '1', 'x']) {
    assert.equal((await app.ask(at(id, '🎉'), { method: 'PUT' })).status, 404)
    assert.equal((await app.ask(at(id, '🎉'), { method: 'DELETE' })).status, 404)
  }
  const reader = await home.app(['read'])
  assert.equal((await reader.ask(at(post.id, '🎉'), { method: 'PUT' })).status, 403)
  assert.equal((await home.stranger().ask(at(post.id, '🎉'), { method: 'PUT' })).status, 401)
})

test('reacting to a boost is reacting to what it carries', async () => {
  const post = await home.others.post(ben)
  const boost = await home.others.post(cleo, { boostOf: post })
  await app.call<Status>('PUT', at(boost.id, '🎉'))
  const shown = await app.get<Status>(`/api/v1/statuses/${post.id}`)
  assert.equal(shown.emoji_reactions[0]?.me, true)
  const around = await app.get<Status>(`/api/v1/statuses/${boost.id}`)
  assert.equal(around.reblog?.emoji_reactions[0]?.name, '🎉')
})

test('strangers see reactions, and nobody sees those of whom they block', async () => {
  const post = await writes('for everybody')
  await reacts(ben, post.id, '🎉')
  await reacts(cleo, post.id, '🎉')
  const seen = await home.stranger().get<Status>(`/api/v1/statuses/${post.id}`)
  assert.deepEqual(seen.emoji_reactions, [
    { name: '🎉', count: 2, me: false, account_ids: [ben.id, cleo.id] },
  ])
  await home.db
    .insertInto('blocks')
    .values({
      uri: 'https://home.example/ap/blocks/77',
      source_id: home.ana.id,
      target_id: cleo.id,
      state: 'sent',
    })
    .execute()
  const mine = await app.get<Status>(`/api/v1/statuses/${post.id}`)
  assert.deepEqual(mine.emoji_reactions[0]?.account_ids, [ben.id])
  await home.db.deleteFrom('blocks').execute()
  await home.db.insertInto('domain_blocks').values({ domain: 'other.example' }).execute()
  const open = await home.stranger().get<Status>(`/api/v1/statuses/${post.id}`)
  assert.deepEqual(open.emoji_reactions[0]?.account_ids, [ben.id])
  await home.db.deleteFrom('domain_blocks').execute()
})

test('an emoji that is no picture is shown by its name', async () => {
  const post = await writes('no picture')
  await reacts(
    ben,
    post.id,
    ':gone@peer.example:',
    await knows('gone', 'peer.example', { state: 'unusable' }),
  )
  const shown = await app.get<Status>(`/api/v1/statuses/${post.id}`)
  assert.deepEqual(shown.emoji_reactions, [
    { name: 'gone', count: 1, me: false, account_ids: [ben.id], domain: 'peer.example' },
  ])
  await home.db.deleteFrom('emojis').where('shortcode', '=', 'gone').execute()
  const after = await app.get<Status>(`/api/v1/statuses/${post.id}`)
  assert.deepEqual(after.emoji_reactions, shown.emoji_reactions)
})

test('apps that do not know reactions are told of favourites; those that ask, and the window, of reactions', async () => {
  await app.post('/api/v1/notifications/clear')
  const post = await writes('tell me')
  await reacts(ben, post.id, '🔥')
  await reacts(ben, post.id, ':blob@peer.example:')
  const read = async (query: string): Promise<Notification[]> => app.get(`/api/v1/notifications${query}`)
  const types = async (query: string): Promise<string[]> => (await read(query)).map(({ type }) => type)
  assert.deepEqual(await types(''), ['favourite', 'favourite'])
  assert.deepEqual(await types('?types[]=favourite'), ['favourite', 'favourite'])
  assert.deepEqual(await types('?types[]=mention'), [])
  assert.deepEqual(await types('?exclude_types[]=favourite'), [])
  assert.deepEqual(await types('?types[]=favourite&types[]=emoji_reaction'), [
    'emoji_reaction',
    'emoji_reaction',
  ])
  assert.deepEqual(await types('?types[]=pleroma:emoji_reaction'), ['emoji_reaction', 'emoji_reaction'])
  assert.deepEqual(await types('?exclude_types[]=emoji_reaction'), [])
  const [custom, plain] = await read('?types[]=emoji_reaction')
  assert.deepEqual([plain?.emoji, plain?.emoji_reaction?.name, plain?.status?.id], ['🔥', '🔥', post.id])
  assert.deepEqual([custom?.emoji, custom?.emoji_reaction?.domain], [':blob:', 'peer.example'])
  const unread = async (query: string): Promise<number> =>
    (await app.get<{ count: number }>(`/api/v1/notifications/unread_count${query}`)).count
  assert.deepEqual([await unread(''), await unread('?exclude_types[]=favourite')], [2, 0])
  const groups = await app.get<{ notification_groups: { type: string }[] }>('/api/v2/notifications')
  assert.deepEqual(
    groups.notification_groups.map(({ type }) => type),
    ['favourite', 'favourite'],
  )
})

test('the home has no emoji of its own at first; one that it has is offered and reacted with', async () => {
  assert.deepEqual(await app.get('/api/v1/custom_emojis'), [])
  await knows('bird', null)
  const url = 'https://home.example/bird.png'
  const offered = { shortcode: 'bird', url, static_url: url, visible_in_picker: true, category: null }
  assert.deepEqual(await home.stranger().get('/api/v1/custom_emojis'), [offered])
  const post = await writes('with a bird')
  const shown = await app.call<Status>('PUT', at(post.id, ':bird:'))
  assert.deepEqual(shown.emoji_reactions, [
    { name: 'bird', count: 1, me: true, account_ids: [home.ana.id], domain: null, url, static_url: url },
  ])
})

test('an emoji of the home that is written in a post or a profile is shown, told with its picture, and goes away with an edit', async () => {
  const url = 'https://home.example/bird.png'
  const offered = [{ shortcode: 'bird', url, static_url: url, visible_in_picker: false, category: null }]
  const poll = { options: ['sings:bird:', 'sleeps'], expires_in: 600 }
  const posted = await app.post<Status>('/api/v1/statuses', {
    status: 'at 10:12:13',
    poll,
    visibility: 'unlisted',
  })
  assert.deepEqual(posted.emojis, offered)
  const document = await home.stranger().ask(new URL(posted.uri).pathname)
  const tag = [{ type: 'Emoji', name: ':bird:', icon: { type: 'Image', url } }]
  assert.deepEqual(document.json()['tag'], tag)
  const edited = await app.call<Status>('PUT', `/api/v1/statuses/${posted.id}`, {
    status: ':wren: :bird',
    poll: null,
  })
  assert.deepEqual(edited.emojis, offered, 'the poll is kept')

  const me = await app.call<Account>('PATCH', '/api/v1/accounts/update_credentials', {
    display_name: 'Ana :bird:',
  })
  assert.deepEqual(me.emojis, offered)
  const still = await app.call<Account>('PATCH', '/api/v1/accounts/update_credentials', {
    note: 'I keep bees',
  })
  assert.deepEqual(still.emojis, offered)
  const plain = await app.call<Account>('PATCH', '/api/v1/accounts/update_credentials', {
    display_name: 'Ana',
  })
  assert.deepEqual(plain.emojis, [])
})

test('however many emoji strangers bring along, a status names so many of them, and mine', async () => {
  const post = await writes('a magnet')
  for (let n = 0; n < 70; n += 1) await reacts(n % 2 === 0 ? ben : cleo, post.id, `:e${n}@other.example:`)
  const mine = await app.call<Status>('PUT', at(post.id, '🎉'))
  assert.equal(mine.emoji_reactions.length, 60)
  assert.deepEqual(mine.emoji_reactions.at(-1), {
    name: '🎉',
    count: 1,
    me: true,
    account_ids: [home.ana.id],
  })
})
