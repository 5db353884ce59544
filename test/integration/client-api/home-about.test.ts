/** What a home tells of itself: to apps, to strangers, in its owner's words. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { createRestAPIClient } from 'masto'
import generator from 'megalodon'
import type { Account } from '../../../server/contracts/account.ts'
import type { Instance, InstanceActivity, InstanceV1 } from '../../../server/contracts/instance.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { editHomeTexts } from '../../../server/domain/owner/home-texts.ts'
import { readyAnswersOf } from '../../../server/http/ready/ready-answers.ts'
import { PASSWORD, openApiHome } from '../../support/api-home.ts'
import { openPrivateClient } from '../../support/private-client.ts'

const home = await openApiHome({ domain: null })
const app = await home.app()
const stranger = home.stranger()
const url = `http://${home.host}`

const says = async (edit: Parameters<typeof editHomeTexts>[1]): Promise<void> => {
  await inTransaction(home.db, async (tx) => editHomeTexts(tx, edit, new Date('2026-11-20T10:00:00Z')))
  readyAnswersOf(home.context).settle()
}

test('the words of the owner reach apps in both versions, and their pages', async () => {
  const before = await stranger.get<Instance>('/api/v2/instance')
  assert.equal(before.title, 'Ana')
  assert.match(before.description, /belongs to one person/)
  assert.equal(before.configuration.urls.terms_of_service, null)
  await says({
    title: 'The aviary',
    description: 'Birds & their friends',
    about: 'A house <b>of birds</b>.\n\nSee https://birds.example',
    privacyPolicy: 'Nothing is kept.',
    termsOfService: 'Be kind.',
    contactEmail: 'ana@mail.example',
  })
  const two = await stranger.get<Instance>('/api/v2/instance')
  assert.deepEqual(
    [two.title, two.description, two.contact.email, two.contact.account?.username],
    ['The aviary', 'Birds & their friends', 'ana@mail.example', 'ana'],
  )
  const one = await stranger.get<InstanceV1>('/api/v1/instance')
  assert.deepEqual(
    [one.title, one.short_description, one.email],
    ['The aviary', 'Birds & their friends', 'ana@mail.example'],
  )
  const node = await stranger.get<{ metadata: object }>('/nodeinfo/2.1')
  assert.deepEqual(node.metadata, { nodeName: 'The aviary', nodeDescription: 'Birds & their friends' })
  const about = await stranger.get<{ updated_at: string; content: string }>(
    '/api/v1/instance/extended_description',
  )
  assert.equal(about.updated_at, '2026-11-20T10:00:00.000Z')
  assert.match(
    about.content,
    /^<p>A house &lt;b&gt;of birds&lt;\/b&gt;\.<\/p><p>See <a href="https:\/\/birds\.example\/"/,
  )
  assert.equal(
    (await stranger.get<{ content: string }>('/api/v1/instance/privacy_policy')).content,
    '<p>Nothing is kept.</p>',
  )
  const terms = await stranger.get<object>('/api/v1/instance/terms_of_service')
  assert.deepEqual(terms, {
    updated_at: '2026-11-20T10:00:00.000Z',
    effective_date: '2026-11-20',
    effective: true,
    content: '<p>Be kind.</p>',
    succeeded_by: null,
  })
  assert.deepEqual(await stranger.get('/api/v1/instance/terms_of_service/2026-11-20'), terms)
  assert.equal((await stranger.ask('/api/v1/instance/terms_of_service/2020-01-01')).status, 404)
  const { urls } = two.configuration
  for (const [address, words] of [
    [urls.about, 'of birds'],
    [urls.privacy_policy, 'Nothing is kept.'],
    [urls.terms_of_service ?? '', 'Be kind.'],
  ] as const) {
    const page = await stranger.ask(new URL(address).pathname, { headers: { accept: 'text/html' } })
    assert.equal(page.status, 200)
    assert.ok(page.text().includes(words), words)
    assert.ok(!page.text().includes('<b>'))
  }
  await assert.rejects(async () => says({ contactEmail: 'no address' }), /not an e-mail address/)
  await says({ title: '', termsOfService: '' })
  assert.equal((await stranger.get<Instance>('/api/v2/instance')).title, 'Ana')
  assert.match(
    (await stranger.get<{ content: string }>('/api/v1/instance/terms_of_service')).content,
    /one person/,
  )
})

test('what apps are told of the limits is what is kept', async () => {
  const {
    configuration,
    registrations,
    api_versions: versions,
  } = await stranger.get<Instance>('/api/v2/instance')
  const { accounts, statuses, polls } = configuration
  assert.equal(versions.mastodon, 7)
  assert.equal(registrations.enabled, false)
  assert.deepEqual(configuration.timelines_access.live_feeds, {
    local: 'authenticated',
    remote: 'authenticated',
  })
  const refused = async (method: string, path: string, body: object): Promise<number> =>
    (await app.ask(path, { method, body })).status
  const full = 'x'.repeat(statuses.max_characters)
  assert.equal(await refused('POST', '/api/v1/statuses', { status: full }), 200)
  assert.equal(await refused('POST', '/api/v1/statuses', { status: `${full}x` }), 422)
  const link = `https://long.example/${'y'.repeat(400)}`
  const withLink = `${'x'.repeat(statuses.max_characters - statuses.characters_reserved_per_url - 1)} ${link}`
  assert.equal(await refused('POST', '/api/v1/statuses', { status: withLink }), 200)
  const profile = '/api/v1/accounts/update_credentials'
  const name = 'n'.repeat(accounts.max_display_name_length)
  assert.equal(await refused('PATCH', profile, { display_name: name }), 200)
  assert.equal(await refused('PATCH', profile, { display_name: `${name}n` }), 422)
  assert.equal(await refused('PATCH', profile, { display_name: 'Ana' }), 200)
  const note = 'n'.repeat(accounts.max_note_length)
  assert.equal(await refused('PATCH', profile, { note }), 200)
  assert.equal(await refused('PATCH', profile, { note: `${note}n` }), 422)
  const options = Array.from({ length: polls.max_options }, (_, n) =>
    `${n}`.padEnd(polls.max_characters_per_option, 'o'),
  )
  const poll = { options, expires_in: polls.min_expiration }
  assert.equal(await refused('POST', '/api/v1/statuses', { status: '?', poll }), 200)
  for (const flaw of [
    { options: [...options, 'more'] },
    { options: ['a', 'o'.repeat(polls.max_characters_per_option + 1)] },
    { expires_in: polls.min_expiration - 1 },
    { expires_in: polls.max_expiration + 1 },
  ]) {
    assert.equal(await refused('POST', '/api/v1/statuses', { status: '?', poll: { ...poll, ...flaw } }), 422)
  }
})

test('a week counts what anybody may see of it, and who was there', async () => {
  const own = await openApiHome()
  const client = await own.app()
  for (const visibility of ['public', 'unlisted', 'private', 'direct']) {
    await client.post('/api/v1/statuses', { status: 'one', visibility })
  }
  const weeks = await own.stranger().get<InstanceActivity[]>('/api/v1/instance/activity')
  assert.equal(weeks.length, 12)
  const [first, second] = weeks
  assert.deepEqual([first?.statuses, first?.logins, first?.registrations], ['2', '1', '1'])
  assert.deepEqual([second?.statuses, second?.logins, second?.registrations], ['0', '0', '0'])
  assert.equal(Number(first?.week) - Number(second?.week), 7 * 86_400)
  assert.equal(new Date(Number(first?.week) * 1_000).getUTCDay(), 1)
  const instance = await own.stranger().get<InstanceV1>('/api/v1/instance')
  assert.equal(instance.stats.status_count, 2)
})

test('peers are told while the owner wants it, blocked domains only when the owner wants it', async () => {
  await home.db.insertInto('peers').values({ host: 'peer.example' }).execute()
  assert.deepEqual(await stranger.get('/api/v1/instance/peers'), ['peer.example'])
  await says({ showsPeers: false })
  assert.equal((await stranger.ask('/api/v1/instance/peers')).status, 404)
  assert.deepEqual(await app.get('/api/v1/instance/peers'), ['peer.example'])
  await home.db
    .insertInto('domain_blocks')
    .values({ domain: 'bad.example', comment: 'spam', is_own: true })
    .execute()
  assert.equal((await stranger.ask('/api/v1/instance/domain_blocks')).status, 401)
  const entry = {
    domain: 'bad.example',
    digest: createHash('sha256').update('bad.example').digest('hex'),
    severity: 'suspend',
  }
  assert.deepEqual(await app.get('/api/v1/instance/domain_blocks'), [{ ...entry, comment: 'spam' }])
  const narrow = await home.app(['write:media', 'profile'])
  assert.equal(
    (await narrow.ask('/api/v1/instance/domain_blocks')).status,
    401,
    'its scopes say nothing of blocks',
  )
  assert.equal((await narrow.ask('/api/v1/instance/peers')).status, 404)
  await says({ showsDomainBlocks: true })
  for (const reader of [stranger, narrow])
    assert.deepEqual(await reader.get('/api/v1/instance/domain_blocks'), [{ ...entry, comment: '' }])
})

test('blocked domains are paged both ways', async () => {
  await home.db.deleteFrom('domain_blocks').execute()
  const all = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}.example`)
  for (const domain of all.toReversed()) await app.post('/api/v1/domain_blocks', { domain })
  const follow = async (path: string): Promise<{ names: string[]; links: Map<string, string> }> => {
    const answer = await app.ask(path)
    const found = [...String(answer.headers['link'] ?? '').matchAll(/<([^>]+)>; rel="(\w+)"/g)]
    const links = new Map(found.map(([, to = '', rel = '']) => [rel, to.slice(to.indexOf('/api/'))]))
    return { names: answer.json() as unknown as string[], links }
  }
  const first = await follow('/api/v1/domain_blocks?limit=2')
  assert.deepEqual(first.names, all.slice(0, 2))
  const second = await follow(first.links.get('next') ?? '')
  assert.deepEqual(second.names, all.slice(2, 4))
  const third = await follow(second.links.get('next') ?? '')
  assert.deepEqual([third.names, third.links.has('next')], [all.slice(4), false])
  assert.deepEqual((await follow(third.links.get('prev') ?? '')).names, all.slice(2, 4))
  assert.deepEqual((await follow(first.links.get('prev') ?? '')).names, [])
  const asForm = await app.ask('/api/v1/domain_blocks', {
    method: 'DELETE',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'domain=c.example',
  })
  assert.equal(asForm.status, 200)
  assert.deepEqual((await follow('/api/v1/domain_blocks')).names.length, 4)
})

test('languages have names, the directory holds who wants to be found', async () => {
  const languages = await stranger.get<Array<{ code: string; name: string }>>('/api/v1/instance/languages')
  assert.deepEqual(
    languages.find(({ code }) => code === 'pt'),
    { code: 'pt', name: 'Portuguese' },
  )
  assert.ok(languages.length > 150)
  await app.call('PATCH', '/api/v1/accounts/update_credentials', { discoverable: true })
  const [ana] = await stranger.get<Account[]>('/api/v1/directory?local=true&order=new')
  assert.equal(ana?.username, 'ana')
  assert.deepEqual(await stranger.get('/api/v1/directory?offset=1'), [])
  await app.call('PATCH', '/api/v1/accounts/update_credentials', { discoverable: false })
  assert.deepEqual(await stranger.get('/api/v1/directory'), [])
})

test('libraries of apps read all of it', async () => {
  const masto = createRestAPIClient({ url })
  const instance = await masto.v2.instance.fetch()
  assert.equal(instance.configuration.translation.enabled, false)
  assert.equal(instance.rules.length, 0)
  assert.equal((await masto.v1.instance.activity.list()).length, 12)
  assert.deepEqual(await stranger.get('/api/v1/instance/rules'), [])
  assert.ok((await masto.v1.instance.extendedDescription.fetch()).content.startsWith('<p>'))
  assert.deepEqual(await masto.v1.instance.translationLanguages.list(), {})
  const { data } = await generator('mastodon', url).getInstance()
  assert.equal(data.configuration.statuses.max_characters, instance.configuration.statuses.maxCharacters)
})

test('the owner changes the words at the private listener, and nobody else', async () => {
  const owner = await openPrivateClient(home.context, PASSWORD)
  const path = '/api/homebird/v1/texts'
  assert.equal((await owner.askAsStranger(path)).status, 401)
  assert.equal((await app.ask(path)).status, 404, 'it is not on the public listener')
  const changed = await owner.ask(path, { method: 'PATCH', body: { about: 'New', showsPeers: true } })
  assert.equal(changed.status, 200, changed.text())
  const texts = (await owner.ask(path)).json() as unknown as Record<string, unknown>
  assert.deepEqual(
    [texts['about'], texts['showsPeers'], texts['privacyPolicy']],
    ['New', true, 'Nothing is kept.'],
  )
  assert.equal(
    (await stranger.get<{ content: string }>('/api/v1/instance/extended_description')).content,
    '<p>New</p>',
  )
  for (const body of [{ contactEmail: 'a b' }, { title: 'x'.repeat(101) }, { showsPeers: 'maybe' }]) {
    assert.equal((await owner.ask(path, { method: 'PATCH', body })).status, 422, JSON.stringify(body))
  }
})
