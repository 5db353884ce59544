/** A home that was taken over from a Takahē server answers as that did: same ids, same keys, same posts, to the same people. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { AdoptionReport } from '../../../server/domain/adoption/adopt.ts'
import { buildPublicApp } from '../../../server/http/app.ts'
import { takeOver } from '../../support/adopting.ts'
import { type PeerAnswer, openFakePeer, sendRaw } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { newPicture } from '../../support/pictures.ts'
import { openTakaheServer } from '../../support/takahe-server.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'

const DOMAIN = 'old.example'
const HOST = 'social.old.example'

const peer = await openFakePeer()
const ana = peer.actor('ana')
const eve = peer.actor('eve')
const server = await openTakaheServer(DOMAIN, HOST)
const avatar = server.file('profile_images/2023/5/1/face.png', newPicture())
const picture = server.file('attachments/2023/5/2/bees.png', newPicture(60, 40))
const smile = server.file('emoji/smile.png', newPicture(20, 20))
const ben = await server.person('ben@old.example', DOMAIN, 'Ben', {
  name: 'Ben of old',
  summary:
    '<p>I keep <a href="/tags/bees/" class="hashtag">#bees</a>.<br>See <a href="https://bees.example/a/very/long/path" rel="nofollow">bees.example/a/very…</a></p>',
  metadata: [{ name: 'Site', value: 'https://bees.example/' }],
  icon: avatar,
  aliases: ['https://elsewhere.example/users/ben'],
  created: new Date('2022-11-20T10:00:00Z'),
})
const anaId = await server.stranger(ana)
const eveId = await server.stranger(eve)
const serverKeys = (await server.person('nobody@old.example', DOMAIN, 'keys')).keys
await server.query(
  `delete from users_identity_users where user_id = (select id from users_user where email = 'nobody@old.example')`,
)
await server.query(`delete from users_identity where username = 'keys'`)
for (const [key, json] of [
  ['system_actor_private_key', serverKeys.privateKey],
  ['system_actor_public_key', serverKeys.publicKey],
  ['site_name', 'The old place'],
  ['policy_privacy', 'Nothing is told.'],
] as const) {
  await server.insert('core_config', { key, json: JSON.stringify(json) })
}
await server.insert('core_config', { key: 'search_enabled', json: 'false', identity_id: ben.id })
await server.query(`insert into users_domain (domain, local, blocked) values ('spam.example', false, true)`)
const emoji = await server.insert('activities_emoji', {
  shortcode: 'smile',
  local: true,
  public: true,
  mimetype: 'image/png',
  file: smile,
  state: 'updated',
})
await server.insert('activities_hashtag', { hashtag: 'bees', state: 'updated' })
const first = await server.post(ben, {
  content: '<p>Hello @ana@peer.example, all about #Bees &amp; more :smile:</p>',
  hashtags: ['bees'],
  published: new Date('2023-05-02T10:00:00Z'),
  language: 'en',
})
await server.insert('activities_post_mentions', { post_id: first.id, identity_id: anaId })
await server.insert('activities_post_emojis', { post_id: first.id, emoji_id: emoji })
await server.insert('activities_postattachment', {
  post_id: first.id,
  state: 'fetched',
  mimetype: 'image/png',
  file: picture,
  name: 'A hive',
  width: 60,
  height: 40,
  focal_x: 0.5,
  focal_y: -0.5,
})
const note = ana.note({ content: '<p>An answer</p>', inReplyTo: first.uri })
const answer = await server.post(
  { id: anaId, uri: ana.uri },
  {
    local: false,
    object_uri: note.id,
    content: '<p>An answer<img src=x onerror=alert(1)></p>',
    in_reply_to: first.uri,
    published: new Date('2023-05-02T11:00:00Z'),
  },
)
const letter = await server.post(ben, { content: '<p>@ana@peer.example psst</p>', visibility: 3 })
await server.insert('activities_post_mentions', { post_id: letter.id, identity_id: anaId })
await server.insert('activities_post_to', { post_id: letter.id, identity_id: anaId })
const inside = await server.post(ben, { content: '<p>for this server</p>', visibility: 4 })
const gone = await server.post(ben, { state: 'deleted_fanned_out' })
const question = await server.post(ben, {
  content: '<p>Honey?</p>',
  type: 'Question',
  type_data: {
    type: 'Question',
    mode: 'oneOf',
    options: [
      { name: 'Yes', type: 'Note', votes: 1 },
      { name: 'No', type: 'Note', votes: 0 },
    ],
    voter_count: 1,
    end_time: '2023-06-01T00:00:00+00:00',
  },
})
await server.interaction('vote', anaId, question.id, { value: 'Yes', object_uri: `${ana.uri}#votes/1` })
const like = await server.interaction('like', ben.id, answer.id)
await server.interaction('like', anaId, first.id, { object_uri: `${ana.uri}#likes/1` })
const boost = await server.interaction('boost', ben.id, answer.id)
const anasBoost = await server.interaction('boost', anaId, first.id, { object_uri: `${ana.uri}#boosts/1` })
await server.interaction('pin', ben.id, first.id)
await server.interaction('like', eveId, first.id, {
  state: 'undone_fanned_out',
  object_uri: `${eve.uri}#likes/1`,
})
const follow = await server.follow(ben.id, anaId)
await server.follow(anaId, ben.id, { uri: `${ana.uri}#follows/1` })
await server.insert('users_block', { source_id: ben.id, target_id: eveId, mute: false, state: 'sent' })
await server.insert('users_bookmark', { identity_id: ben.id, post_id: answer.id })
await server.insert('users_hashtagfollow', { identity_id: ben.id, hashtag_id: 'bees' })
const list = await server.insert('users_list', {
  identity_id: ben.id,
  title: 'Friends',
  replies_policy: 'list',
  exclusive: false,
})
await server.insert('users_list_members', { list_id: list, identity_id: anaId })
await server.insert('users_marker', { identity_id: ben.id, timeline: 'home', last_read_id: answer.id })
await server.event(ben.id, 'post', { subject_post_id: answer.id, subject_identity_id: anaId })
await server.event(ben.id, 'mentioned', { subject_post_id: answer.id, subject_identity_id: anaId })
await server.event(ben.id, 'boosted', {
  subject_post_id: first.id,
  subject_identity_id: anaId,
  subject_post_interaction_id: anasBoost,
})
await server.event(ben.id, 'followed', { subject_identity_id: anaId, dismissed: true })
const app = await server.insert('api_application', {
  client_id: 'tk-app',
  client_secret: 'app secret',
  redirect_uris: 'app://back',
  scopes: 'read write',
  name: 'Telephone',
})
await server.insert('api_token', {
  application_id: app,
  identity_id: ben.id,
  token: 'old-token-of-a-telephone',
  scopes: ['read', 'write'],
})
await server.insert('activities_fanout', { state: 'new', type: 'post', identity_id: anaId })

let report: AdoptionReport | null = null
const home = await openFederationHome({
  peers: [peer],
  serviceDomain: HOST,
  setUp: async (db, media, config) => {
    report = await takeOver(server, { db, media, config })
  },
})

const ACTIVITY = 'application/activity+json'
const get = async (uri: string, accept = ACTIVITY): Promise<PeerAnswer> =>
  sendRaw(home.target, {
    method: 'GET',
    path: uri.replace(`https://${HOST}`, ''),
    headers: [['accept', accept]],
  })

test('what was taken over and what was not is told', () => {
  assert.deepEqual(report?.taken, {
    domains: 1,
    domain_blocks: 1,
    identities: 1,
    actors: 2,
    emojis: 1,
    lists: 1,
    own_posts: 4,
    posts: 1,
    likes: 2,
    boosts: 2,
    votes: 1,
    pins: 1,
    following: 1,
    followers: 1,
    blocks: 1,
    bookmarks: 1,
    hashtags: 1,
    timeline_entries: 1,
    notifications: 3,
    app_access: 1,
    files: 2,
  })
  assert.deepEqual(report.leftOut, { local_only_made_private: 1, deleted_posts: 1, waiting_deliveries: 1 })
})

test('the identity answers at its old id with its old key, for servers the document and for people the page', async () => {
  const document = (await get(ben.uri)).json()
  assert.equal(document['id'], ben.uri)
  assert.equal(document['preferredUsername'], 'Ben')
  assert.equal(document['inbox'], `${ben.uri}inbox/`)
  assert.equal(document['followers'], `${ben.uri}followers/`)
  assert.deepEqual(document['alsoKnownAs'], ['https://elsewhere.example/users/ben'])
  const key = document['publicKey'] as Record<string, string>
  assert.equal(key['id'], `${ben.uri}#main-key`)
  assert.equal(key['publicKeyPem']?.trim(), ben.keys.publicKey.trim())
  const page = await get(ben.uri, 'text/html')
  assert.equal(page.status, 302)
  assert.equal(page.headers['location'], `https://${HOST}/@Ben`)
  const short = await get(`https://${HOST}/@Ben/`)
  assert.deepEqual([short.status, short.headers['location']], [302, ben.uri])
  assert.equal((await get(`https://${HOST}/@nobody@${DOMAIN}/`)).status, 404)
})

test('WebFinger knows it by handle, id and old page', async () => {
  for (const resource of [
    `acct:Ben@${DOMAIN}`,
    `acct:Ben@${HOST}`,
    ben.uri,
    `https://${HOST}/@Ben/`,
    `acct:__system__@${HOST}`,
  ]) {
    const found = await get(`https://${HOST}/.well-known/webfinger?resource=${encodeURIComponent(resource)}`)
    assert.equal(found.status, 200, resource)
  }
})

test('the actor of the server keeps its id and its key', async () => {
  const document = (await get(`https://${HOST}/actor/`)).json()
  assert.equal(document['id'], `https://${HOST}/actor/`)
  const key = document['publicKey'] as Record<string, string>
  assert.equal(key['id'], `https://${HOST}/actor/#main-key`)
  assert.equal(key['publicKeyPem']?.trim(), serverKeys.publicKey.trim())
  assert.equal((await get(`https://${HOST}/actor/outbox/`)).status, 200)
})

test('a post answers at its id with its date, people, hashtags, files, and all below it', async () => {
  const document = (await get(first.uri)).json()
  assert.equal(document['id'], first.uri)
  assert.equal(document['published'], '2023-05-02T10:00:00Z')
  const html = String(document['content'])
  assert.match(html, /<a href="https:\/\/peer\.example\/@ana"[^>]*>@<span>ana<\/span><\/a>/)
  assert.match(
    html,
    /<a href="https:\/\/social\.old\.example\/tags\/bees"[^>]*>#<span>Bees<\/span><\/a> &amp; more :smile:/,
  )
  const tags = document['tag'] as Record<string, string>[]
  assert.deepEqual(tags.map(({ type, name }) => `${type} ${name}`).toSorted(), [
    'Emoji :smile:',
    'Hashtag #Bees',
    'Mention @ana@peer.example',
  ])
  const [file] = document['attachment'] as Record<string, unknown>[]
  assert.equal(file?.['name'], 'A hive')
  assert.match(String(file?.['url']), new RegExp(`^https://${HOST}/media/[0-9a-f]{2}/[0-9a-f]+\\.png$`))
  for (const below of ['activity', 'replies', 'likes', 'shares', 'context']) {
    const found = await get(`${first.uri}${below}`)
    assert.equal(found.status, 200, below)
    assert.equal(found.json()['id'], `${first.uri}${below}`)
  }
  const replies = (await get(`${first.uri}replies/page/first`)).json()
  assert.deepEqual(replies['items'], [note.id])
  const page = await get(first.uri, 'text/html')
  assert.equal(page.status, 302)
  assert.match(String(page.headers['location']), new RegExp(`^https://${HOST}/@Ben/\\d+$`))
  const short = await get(`https://${HOST}/@Ben/posts/${first.id}/`)
  assert.deepEqual([short.status, short.headers['location']], [302, first.uri])
})

test('what was private stays so, and what was deleted stays deleted', async () => {
  assert.equal((await get(letter.uri)).status, 404)
  assert.equal((await get(inside.uri)).status, 404)
  assert.equal((await get(gone.uri)).status, 410)
})

test('the collections have their old ids and tell what they told', async () => {
  for (const [uri, total] of [
    [`${ben.uri}outbox/`, 3],
    [`${ben.uri}followers/`, 1],
    [`${ben.uri}following/`, 1],
    [`${ben.uri}collections/featured/`, 1],
  ] as const) {
    const found = (await get(uri)).json()
    assert.deepEqual([found['id'], found['totalItems']], [uri, total])
  }
  const page = (await get(`${ben.uri}followers/page/first`)).json()
  assert.deepEqual([page['partOf'], page['orderedItems']], [`${ben.uri}followers/`, [ana.uri]])
  const outbox = (await get(`${ben.uri}outbox/page/first`)).json()
  const items = outbox['orderedItems'] as Record<string, unknown>[]
  assert.ok(items.some(({ type, id }) => type === 'Announce' && id === `${ben.uri}#boost/${boost}`))
})

test('the post of somebody else is safe, in its thread, liked, bookmarked and in the list', async () => {
  const row = await home.post(note.id)
  assert.equal(row?.content_html, '<p>An answer</p>')
  const parent = await home.post(first.uri)
  assert.deepEqual([row?.in_reply_to_id, row?.conversation_id], [parent?.id, parent?.id])
  assert.deepEqual([parent?.replies_count, parent?.likes_count, parent?.boosts_count], [1, 1, 1])
  assert.equal(parent?.content_source, 'Hello @ana@peer.example, all about #Bees & more :smile:')
  const { rows } = await sql<{ what: string }>`
    select 'like ' || uri as what from interactions where actor_id = ${home.me.id}
    union all select 'bookmark ' || posts.uri from bookmarks join posts on posts.id = post_id
    union all select 'list ' || posts.uri from list_entries join posts on posts.id = post_id where boost_of_id is null
    union all select 'follow ' || uri from follows where source_id = ${home.me.id}
    union all select 'marker ' || posts.uri from markers join posts on posts.id = last_read_id where timeline = 'home'
    order by what`.execute(home.db)
  assert.deepEqual(
    rows.map(({ what }) => what),
    [
      `bookmark ${note.id}`,
      `follow ${ben.uri}follow/${follow}/`,
      `like ${ben.uri}#like/${like}`,
      `list ${note.id}`,
      `marker ${note.id}`,
    ],
  )
  assert.deepEqual(await home.timeline(), [note.id])
  assert.deepEqual(await home.notifications(), ['mention ana', 'reblog ana', 'follow ana'])
})

test('the profile is what it was', () => {
  assert.equal(home.me.display_name, 'Ben of old')
  assert.equal(home.me.bio_source, 'I keep #bees.\nSee https://bees.example/a/very/long/path')
  assert.equal(home.me.fields[0]?.source, 'https://bees.example/')
  assert.match(home.me.icon_url ?? '', new RegExp(`^https://${HOST}/media/`))
  assert.deepEqual([home.me.offers_search, home.me.followers_count, home.me.following_count], [false, 1, 1])
})

test('an old address of a file leads to where it lies now, and an app goes on with its access', async () => {
  const open = await buildPublicApp(home.context)
  closeBeforeCluster(async () => open.close())
  const host = { host: HOST }
  const moved = await open.inject({ url: `/media/${picture}`, headers: host })
  assert.equal(moved.statusCode, 301)
  const file = await open.inject({ url: String(moved.headers.location), headers: host })
  assert.deepEqual([file.statusCode, file.headers['content-type']], [200, 'image/png'])
  assert.equal(
    (await open.inject({ url: '/media/attachments/2023/5/2/none.png', headers: host })).statusCode,
    404,
  )
  const me = await open.inject({
    url: '/api/v1/accounts/verify_credentials',
    headers: { ...host, authorization: 'Bearer old-token-of-a-telephone' },
  })
  assert.deepEqual([me.statusCode, me.json<{ uri: string }>().uri], [200, ben.uri])
})

test('whoever followed notices nothing: old inboxes take what they send, new posts come under the old key', async () => {
  for (const path of [`/@Ben@${DOMAIN}/inbox/`, '/inbox/', '/actor/inbox/']) {
    const sent = await ana.sends(
      home.target,
      ana.create(ana.note({ content: `<p>to ${path}</p>`, cc: [ben.uri] })),
      { path },
    )
    assert.equal(sent.status, 202, path)
  }
  await home.work()
  assert.equal((await home.timeline()).length, 4)
  const written = await home.writes('hello from the new home')
  await home.work()
  const create = await peer.sharedInbox.waitFor(({ type, activity }) => {
    const object = activity['object'] as { readonly id?: string }
    return type === 'Create' && object.id === written.uri
  }, 60_000)
  assert.equal(create.activity['actor'], ben.uri)
  assert.deepEqual(create.signature, { valid: true, keyUri: `${ben.uri}#main-key`, scheme: 'cavage' })
})
