import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Account, CredentialAccount } from '../../../server/contracts/account.ts'
import type { GroupedNotifications, Markers, Notification } from '../../../server/contracts/notification.ts'
import type { Relationship } from '../../../server/contracts/relationship.ts'
import type { SearchResults } from '../../../server/contracts/search-results.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { openApiHome } from '../../support/api-home.ts'
import { openFakePeer } from '../../support/fake-peer.ts'

test('accounts of this home and of others are found by handle, and shown whole', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const ben = await home.others.actor('ben', { icon_url: 'https://peer.example/ben.png' })
  const me = await app.get<Account>('/api/v1/accounts/lookup?acct=ana')
  assert.equal(me.id, home.ana.id)
  assert.equal(me.acct, 'ana')
  assert.equal((await app.get<Account>('/api/v1/accounts/lookup?acct=@ana@home.example')).id, me.id)
  assert.match(me.avatar, /^https:\/\/home\.example\/avatars\/original\/bird-\d+\.png$/)
  const account = await home.stranger().get<Account>('/api/v1/accounts/lookup?acct=ben@peer.example')
  assert.equal(account.acct, 'ben@peer.example')
  assert.match(account.avatar, new RegExp(`^https://home\\.example/proxy/avatar/${ben.id}/[\\w-]{22}$`))
  const members =
    `id username acct url uri display_name note avatar avatar_static header header_static locked fields
    emojis bot group discoverable indexable hide_collections created_at last_status_at statuses_count followers_count
    following_count roles moved memorial`.split(/\s+/)
  for (const member of members) assert.ok(member in account, member)
  const batch = await app.get<Account[]>(`/api/v1/accounts?id[]=${ben.id}&id[]=${me.id}&id[]=12345`)
  assert.deepEqual(
    batch.map((one) => one.username),
    ['ben', 'ana'],
  )
  assert.equal(
    (await app.ask('/api/v1/accounts/lookup?acct=home.example')).status,
    404,
    'the home itself is nobody',
  )
  const instance = home.home.instanceActor()
  assert.equal((await app.ask(`/api/v1/accounts/${instance.id}`)).status, 404)
  assert.equal((await app.ask('/api/v1/accounts/99999999999999999999')).status, 404)
})

test('the profile is edited, told whole to its owner, and its limits are kept', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const edited = await app.ask('/api/v1/accounts/update_credentials', {
    method: 'PATCH',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams([
      ['display_name', 'Ana <b>'],
      ['note', 'I write about #birds'],
      ['locked', 'true'],
      ['bot', '1'],
      ['source[privacy]', 'private'],
      ['source[language]', 'pt_BR'],
      ['fields_attributes[0][name]', 'Site'],
      ['fields_attributes[0][value]', 'https://ana.example'],
      ['fields_attributes[1][name]', 'They'],
      ['fields_attributes[1][value]', 'she'],
    ]).toString(),
  })
  assert.equal(edited.status, 200, edited.text())
  const me = edited.json() as unknown as CredentialAccount
  assert.equal(me.display_name, 'Ana <b>')
  assert.match(me.note, /<a href="https:\/\/home\.example\/tags\/birds"/)
  assert.deepEqual([me.locked, me.bot], [true, true])
  assert.deepEqual(
    me.fields.map((field) => field.name),
    ['Site', 'They'],
  )
  assert.equal(me.source.note, 'I write about #birds')
  assert.equal(me.source.fields[0]?.value, 'https://ana.example')
  assert.deepEqual([me.source.privacy, me.source.language], ['private', 'pt-BR'])
  assert.equal(me.role.permissions, '1')
  const row = await home.db
    .selectFrom('actors')
    .select('state')
    .where('id', '=', me.id)
    .executeTakeFirstOrThrow()
  assert.equal(row.state, 'edited', 'followers elsewhere are told')
  assert.equal((await app.post<Status>('/api/v1/statuses', { status: 'by default' })).visibility, 'private')
  const tooLong = { display_name: 'x'.repeat(101) }
  assert.equal(
    (await app.ask('/api/v1/accounts/update_credentials', { method: 'PATCH', body: tooLong })).status,
    422,
  )
  const fields = Array.from({ length: 9 }, (_, index) => ({ name: `n${index}`, value: 'v' }))
  const tooMany = { fields_attributes: fields }
  assert.equal(
    (await app.ask('/api/v1/accounts/update_credentials', { method: 'PATCH', body: tooMany })).status,
    422,
  )
})

test('follows, blocks and mutes change the relationship and its lists', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const { others, ana } = home
  const ben = await others.actor('ben')
  const path = `/api/v1/accounts/${ben.id}`
  const asked = await app.post<Relationship>(`${path}/follow`, {
    reblogs: false,
    notify: true,
    languages: ['en'],
  })
  assert.deepEqual(
    [asked.requested, asked.following, asked.showing_reblogs, asked.notifying],
    [true, false, false, true],
  )
  assert.deepEqual(asked.languages, ['en'])
  assert.equal((await app.get<Account[]>('/api/v1/follow_requests/outgoing'))[0]?.id, ben.id)
  await home.db.updateTable('follows').set({ state: 'accepted' }).execute()
  const again = await app.post<Relationship>(`${path}/follow`, { reblogs: true })
  assert.deepEqual(
    [again.following, again.showing_reblogs, again.notifying],
    [true, true, true],
    'the rest stays',
  )
  assert.equal((await app.get<Account[]>(`/api/v1/accounts/${ana.id}/following`))[0]?.id, ben.id)
  assert.equal(
    (await app.post<Relationship>(`${path}/mute`, { duration: 3_600, notifications: false })).muting,
    true,
  )
  const [muted] = await app.get<Account[]>('/api/v1/mutes')
  assert.ok(Date.parse(muted?.mute_expires_at ?? '') > Date.now() + 3_000_000)
  assert.equal((await app.post<Relationship>(`${path}/unmute`)).muting, false)
  const noted = await app.post<Relationship>(`${path}/note`, { comment: 'met in Porto' })
  assert.equal(noted.note, 'met in Porto')
  const blocked = await app.post<Relationship>(`${path}/block`)
  assert.deepEqual([blocked.blocking, blocked.following], [true, false])
  assert.equal((await app.get<Account[]>('/api/v1/blocks'))[0]?.id, ben.id)
  assert.equal((await app.post<Relationship>(`${path}/unblock`)).blocking, false)
  const [single] = await app.get<Relationship[]>(`/api/v1/accounts/relationships?id=${ben.id}`)
  assert.equal(single?.note, 'met in Porto')
  const self = await app.ask(`/api/v1/accounts/${ana.id}/follow`, { method: 'POST' })
  assert.equal(self.status, 422)
})

test('who asks to follow is approved, refused, or taken away again', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const { others, ana } = home
  const [ben, cleo] = [await others.actor('ben'), await others.actor('cleo')]
  await others.follow(ben, ana, 'pending_approval')
  await others.follow(cleo, ana, 'pending_approval')
  const me = await app.get<CredentialAccount>('/api/v1/accounts/verify_credentials')
  assert.equal(me.source.follow_requests_count, 2)
  assert.deepEqual(
    (await app.get<Account[]>('/api/v1/follow_requests')).map((account) => account.username),
    ['cleo', 'ben'],
  )
  assert.equal(
    (await app.post<Relationship>(`/api/v1/follow_requests/${ben.id}/authorize`)).followed_by,
    true,
  )
  assert.equal((await app.post<Relationship>(`/api/v1/follow_requests/${cleo.id}/reject`)).followed_by, false)
  assert.equal(
    (await app.ask(`/api/v1/follow_requests/${cleo.id}/authorize`, { method: 'POST' })).status,
    404,
  )
  assert.deepEqual(
    (await app.get<Account[]>(`/api/v1/accounts/${ana.id}/followers`)).map((account) => account.username),
    ['ben'],
  )
  const removed = await app.post<Relationship>(`/api/v1/accounts/${ben.id}/remove_from_followers`)
  assert.equal(removed.followed_by, false)
})

test('a mention of somebody unknown is looked up before the post is written', async (t) => {
  const peer = await openFakePeer(t)
  peer.actor('dora')
  const home = await openApiHome({ peers: [peer] })
  const app = await home.app()
  const text = `hello @dora@${peer.host} and @nobody@${peer.host}`
  const written = await app.post<Status>('/api/v1/statuses', { status: text, visibility: 'direct' })
  assert.deepEqual(
    written.mentions.map((mention) => mention.acct),
    [`dora@${peer.host}`],
  )
  assert.match(written.content, /<a href="https:\/\/peer\.example\/@dora" class="u-url mention"/)
  assert.match(written.content, /@nobody@/)
})

test('search asks other servers only when told to, and finds what is known by any part of a name', async (t) => {
  const peer = await openFakePeer(t)
  const dora = peer.actor('dora')
  const note = peer.publish(dora.note({ content: '<p>far away</p>' }))
  const home = await openApiHome({ peers: [peer] })
  const app = await home.app()
  const search = async (q: string, more = ''): Promise<SearchResults> =>
    app.get<SearchResults>(`/api/v2/search?q=${encodeURIComponent(q)}${more}`)
  assert.deepEqual((await search(`@dora@${peer.host}`)).accounts, [])
  assert.deepEqual(peer.paths(), [])
  const found = await search(`@dora@${peer.host}`, '&resolve=true')
  assert.equal(found.accounts[0]?.acct, `dora@${peer.host}`)
  assert.equal((await search('dor')).accounts[0]?.username, 'dora')
  assert.deepEqual((await search('100%')).accounts, [])
  const post = await search(note.id, '&resolve=1')
  assert.match(post.statuses[0]?.content ?? '', /far away/)
  assert.equal((await search(note.id)).statuses.length, 1, 'known from now on')
  const typed = await app.get<Account[]>('/api/v1/accounts/search?q=@do&limit=5')
  assert.equal(typed[0]?.username, 'dora')
  assert.deepEqual(await app.get<Account[]>('/api/v1/accounts/search?q=do&following=true'), [])
  assert.equal((await home.ask('/api/v2/search?q=dora')).status, 401)
})

test('notifications are listed, counted, filtered, grouped and put away', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const { others, ana, db } = home
  const [ben, cleo] = [await others.actor('ben'), await others.actor('cleo')]
  const post = await app.post<Status>('/api/v1/statuses', { status: 'mine' })
  const rows = [
    { actor_id: ana.id, kind: 'follow', from_actor_id: ben.id, post_id: null },
    { actor_id: ana.id, kind: 'favourite', from_actor_id: cleo.id, post_id: post.id },
    { actor_id: ana.id, kind: 'reblog', from_actor_id: ben.id, post_id: post.id },
  ]
  for (const row of rows) await db.insertInto('notifications').values(row).execute()
  const all = await app.get<Notification[]>('/api/v1/notifications')
  assert.deepEqual(
    all.map((one) => [one.type, one.account.username]),
    [
      ['reblog', 'ben'],
      ['favourite', 'cleo'],
      ['follow', 'ben'],
    ],
  )
  const types = async (query: string): Promise<string[]> =>
    (await app.get<Notification[]>(`/api/v1/notifications${query}`)).map((one) => one.type)
  assert.deepEqual(await types('?types[]=follow'), ['follow'])
  assert.deepEqual(await types('?exclude_types[]=follow&exclude_types[]=reblog'), ['favourite'])
  assert.deepEqual(await types(`?account_id=${cleo.id}`), ['favourite'])
  assert.deepEqual(await types('?types[]=something.new'), [])
  assert.deepEqual(await app.get('/api/v1/notifications/unread_count'), { count: 3 })
  const id = all[1]?.id ?? ''
  const markers = await app.post<Markers>('/api/v1/markers', { notifications: { last_read_id: id } })
  assert.equal(markers.notifications?.last_read_id, id)
  assert.deepEqual(await app.get('/api/v2/notifications/unread_count'), { count: 1 })
  const read = await app.get<Markers>('/api/v1/markers?timeline[]=home&timeline[]=notifications')
  assert.equal(read.notifications?.version, 1)
  const groups = await app.get<GroupedNotifications>('/api/v2/notifications')
  assert.equal(groups.notification_groups.length, 3)
  assert.equal(groups.accounts.length, 2)
  assert.equal(groups.statuses.length, 1)
  assert.equal((await app.get<Notification>(`/api/v1/notifications/${id}`)).type, 'favourite')
  await app.post(`/api/v1/notifications/${id}/dismiss`)
  assert.equal((await app.ask(`/api/v1/notifications/${id}`)).status, 404)
  await app.post('/api/v1/notifications/clear')
  assert.deepEqual(await types(''), [])
})

test('the home tells apps what it can, before and after sign-in', async () => {
  const home = await openApiHome()
  const two = await home.stranger().get<Record<string, never>>('/api/v2/instance')
  assert.match(String(two['version']), /^4\.5\.0\+homebird\.\d+\.\d+\.\d+$/)
  const instance = JSON.parse(JSON.stringify(two)) as {
    domain: string
    api_versions: { mastodon: number }
    configuration: { urls: { streaming: string }; statuses: { max_characters: number } }
    contact: { account: Account }
  }
  assert.equal(instance.domain, 'home.example')
  assert.equal(instance.api_versions.mastodon, 7)
  assert.equal(instance.configuration.urls.streaming, 'wss://home.example')
  assert.equal(instance.contact.account.acct, 'ana')
  const one = await home.stranger().get<{ uri: string; urls: { streaming_api: string } }>('/api/v1/instance')
  assert.deepEqual([one.uri, one.urls.streaming_api], ['home.example', 'wss://home.example'])
  const app = await home.app()
  const quiet = `/api/v1/filters /api/v2/filters /api/v1/lists /api/v1/followed_tags /api/v1/conversations
    /api/v1/announcements /api/v1/trends /api/v1/trends/statuses /api/v1/trends/links /api/v2/suggestions
    /api/v1/scheduled_statuses /api/v1/domain_blocks /api/v1/featured_tags /api/v1/instance/rules /api/v1/custom_emojis
    /api/v1/notifications/requests /api/v1/endorsements /api/v1/accounts/${home.ana.id}/featured_tags
    /api/v1/accounts/${home.ana.id}/lists`
  for (const path of quiet.split(/\s+/)) assert.deepEqual(await app.get(path), [], path)
  const objects = `/api/v1/preferences /api/v1/instance/privacy_policy /api/v1/instance/extended_description
    /api/v1/instance/terms_of_service /api/v2/notifications/policy /api/v1/instance/translation_languages
    /api/v1/tags/never_used /api/v1/instance/activity /api/v1/instance/peers /api/v1/directory`
  for (const path of objects.split(/\s+/)) assert.equal((await app.ask(path)).status, 200, path)
  assert.equal((await app.ask('/api/v1/push/subscription')).status, 404)
})
