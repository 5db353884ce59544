/** What accounts and relationships hold beyond the ordinary, over HTTP and through the libraries of other people's apps. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRestAPIClient } from 'masto'
import generator from 'megalodon'
import type { Account, CredentialAccount } from '../../../server/contracts/account.ts'
import type { FamiliarFollowers, Relationship } from '../../../server/contracts/relationship.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { actorDocument } from '../../../server/activitypub/actor-document.ts'
import { openApiHome } from '../../support/api-home.ts'

const home = await openApiHome({ domain: null })
const app = await home.app()
const url = `http://${home.host}`
const masto = createRestAPIClient({ url, accessToken: app.token ?? '' })
const megalodon = generator('mastodon', url, app.token)
const { ana, others } = home

const editing = async (form: ReadonlyArray<[string, string]>) =>
  app.ask('/api/v1/accounts/update_credentials', {
    method: 'PATCH',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams([...form]).toString(),
  })

test('sites that may name the owner as their author are kept, told, and put into the actor document', async () => {
  const answer = await editing([
    ['attribution_domains[]', 'https://Blog.Example/about'],
    ['attribution_domains[]', 'bücher.example'],
    ['attribution_domains[]', 'blog.example'],
    ['attribution_domains[]', ''],
  ])
  assert.equal(answer.status, 200, answer.text())
  const me = await masto.v1.accounts.verifyCredentials()
  const domains = ['blog.example', 'xn--bcher-kva.example']
  assert.deepEqual(me.source.attributionDomains, domains)
  const row = await home.db
    .selectFrom('actors')
    .selectAll()
    .where('id', '=', ana.id)
    .executeTakeFirstOrThrow()
  assert.deepEqual(actorDocument(row, [])['attributionDomains'], domains)
  assert.equal(row.state, 'edited')
  for (const bad of ['no domain', 'localhost', 'https://', '127.0.0.1:8080']) {
    assert.equal((await editing([['attribution_domains[]', bad]])).status, 422, bad)
  }
  const many = Array.from({ length: 11 }, (_, n): [string, string] => [
    'attribution_domains[]',
    `a${n}.example`,
  ])
  assert.equal((await editing(many)).status, 422)
  const none = await app.call<CredentialAccount>('PATCH', '/api/v1/accounts/update_credentials', {
    attribution_domains: [],
  })
  assert.deepEqual(none.source.attribution_domains, [])
})

test('fields come as a list, by numbers, or in pieces, in forms as in JSON', async () => {
  const names = async (answer: { json(): unknown }): Promise<string[]> =>
    (answer.json() as CredentialAccount).source.fields.map(({ name, value }) => `${name}=${value}`)
  const listed = await editing([
    ['fields_attributes[][name]', 'a'],
    ['fields_attributes[][value]', '1'],
    ['fields_attributes[][name]', 'b'],
    ['fields_attributes[][value]', '2'],
  ])
  assert.deepEqual(await names(listed), ['a=1', 'b=2'])
  const numbered = await editing([
    ['fields_attributes[1][name]', 'second'],
    ['fields_attributes[0][name]', 'first'],
    ['fields_attributes[0][value]', 'x'],
  ])
  assert.deepEqual(await names(numbered), ['first=x', 'second='])
  const inJson = await app.ask('/api/v1/accounts/update_credentials', {
    method: 'PATCH',
    body: { fields_attributes: { 0: { name: 'n', value: 'v' }, 1: { name: '', value: '' } } },
  })
  assert.deepEqual(await names(inJson), ['n=v'])
  const { data } = await megalodon.updateCredentials({ fields_attributes: [{ name: 'm', value: 'w' }] })
  assert.deepEqual(
    data.fields.map(({ name }) => name),
    ['m'],
  )
})

test('what the owner set for new posts holds where an app says nothing, also for boosts', async () => {
  await masto.v1.accounts.updateCredentials({
    source: { privacy: 'private', sensitive: true, language: 'pt' },
  })
  const plain = await masto.v1.statuses.create({ status: 'as ever' })
  assert.deepEqual([plain.visibility, plain.sensitive, plain.language], ['private', true, 'pt'])
  const said = await masto.v1.statuses.create({
    status: 'not as ever',
    visibility: 'public',
    sensitive: false,
    language: 'de',
  })
  assert.deepEqual([said.visibility, said.sensitive, said.language], ['public', false, 'de'])
  const preferences = await masto.v1.preferences.fetch()
  assert.equal(preferences['posting:default:visibility'], 'private')
  assert.equal(preferences['posting:default:sensitive'], true)
  assert.equal(preferences['posting:default:language'], 'pt')
  const post = await others.post(await others.actor('pia'))
  assert.equal((await masto.v1.statuses.$select(post.id).reblog()).visibility, 'private')
  await masto.v1.statuses.$select(post.id).unreblog()
  const boost = await masto.v1.statuses.$select(post.id).reblog({ visibility: 'unlisted' })
  assert.equal(boost.visibility, 'unlisted')
  await masto.v1.statuses.$select(post.id).unreblog()
  await masto.v1.accounts.updateCredentials({
    source: { privacy: 'public', sensitive: false, language: '' },
  })
  const { data } = await megalodon.postStatus('back')
  assert.deepEqual([(data as { visibility: string }).visibility, data.id !== ''], ['public', true])
})

test('only who is followed can be shown on the profile, and leaves it with the follow', async () => {
  const [ben, cleo] = [await others.actor('ben'), await others.actor('cleo')]
  const path = `/api/v1/accounts/${ben.id}`
  assert.equal((await app.ask(`${path}/endorse`, { method: 'POST' })).status, 422)
  await others.follow(ana, ben)
  await others.follow(ana, cleo)
  assert.equal((await app.post<Relationship>(`${path}/endorse`)).endorsed, true)
  assert.equal((await app.post<Relationship>(`${path}/endorse`)).endorsed, true)
  const { data: pinned } = await megalodon.pinAccount(cleo.id)
  assert.equal(pinned.endorsed, true)
  const names = (accounts: ReadonlyArray<{ username: string }>): string[] =>
    accounts.map(({ username }) => username)
  assert.deepEqual(names(await masto.v1.endorsements.list()), ['cleo', 'ben'])
  assert.deepEqual(names(await home.stranger().get<Account[]>(`/api/v1/accounts/${ana.id}/endorsements`)), [
    'cleo',
    'ben',
  ])
  const first = await app.ask('/api/v1/endorsements?limit=1')
  const [, next = ''] = /<([^>]+)>; rel="next"/.exec(String(first.headers['link'])) ?? []
  const { pathname, search } = new URL(next)
  assert.deepEqual(names(await app.get<Account[]>(`${pathname}${search}`)), ['ben'])
  const reading = await home.app(['read'])
  assert.equal((await reading.ask(`${path}/endorse`, { method: 'POST' })).status, 403)
  const { data: unpinned } = await megalodon.unpinAccount(cleo.id)
  assert.equal(unpinned.endorsed, false)
  assert.equal((await app.post<Relationship>(`${path}/unfollow`)).endorsed, false)
  assert.deepEqual(await app.get('/api/v1/endorsements'), [])
})

test('a follow that is narrowed takes boosts and other languages out of the home timeline', async () => {
  const published = await openApiHome()
  const { ana: me, others: seeds, db } = published
  const client = await published.app()
  const [dan, eve] = [await seeds.actor('dan'), await seeds.actor('eve')]
  await seeds.follow(me, dan)
  const german = await seeds.post(dan, { shownTo: [me] })
  const english = await seeds.post(dan, { shownTo: [me] })
  const untold = await seeds.post(dan, { shownTo: [me] })
  const boost = await seeds.post(dan, { boostOf: await seeds.post(eve), shownTo: [me] })
  for (const [post, language] of [
    [german, 'de'],
    [english, 'en'],
  ] as const) {
    await db.updateTable('posts').set({ language }).where('id', '=', post.id).execute()
  }
  const shown = async (): Promise<string[]> =>
    (await client.get<Status[]>('/api/v1/timelines/home?limit=40'))
      .filter((status) => status.account.id === dan.id)
      .map(({ id }) => id)
  assert.deepEqual(await shown(), [boost.id, untold.id, english.id, german.id])
  const path = `/api/v1/accounts/${dan.id}`
  const narrowed = await client.post<Relationship>(`${path}/follow`, { languages: ['de', 'pt-BR'] })
  assert.deepEqual(narrowed.languages, ['de', 'pt-BR'])
  assert.deepEqual(await shown(), [boost.id, untold.id, german.id])
  const quieter = await client.post<Relationship>(`${path}/follow`, { reblogs: false, notify: true })
  assert.deepEqual([quieter.showing_reblogs, quieter.notifying], [false, true])
  assert.deepEqual(quieter.languages, ['de', 'pt-BR'], 'what is not said stays')
  assert.deepEqual(await shown(), [untold.id, german.id])
  assert.equal((await client.post<Relationship>(`${path}/follow`, { languages: [] })).languages, null)
})

test('relationships are told of one or many, and of who is suspended only when asked', async () => {
  const [fay, gil] = [await others.actor('fay'), await others.actor('gil')]
  await home.db.updateTable('actors').set({ suspended_at: new Date() }).where('id', '=', gil.id).execute()
  const told = async (query: string): Promise<string[]> =>
    (await app.get<Relationship[]>(`/api/v1/accounts/relationships?${query}`)).map(({ id }) => id)
  assert.deepEqual(await told(`id[]=${gil.id}&id[]=${fay.id}&id[]=77&id[]=x`), [fay.id])
  assert.deepEqual(await told(`id=${gil.id}&with_suspended=true`), [gil.id])
  assert.deepEqual(await told(`id[]=${gil.id}&id[]=${fay.id}&with_suspended=1`), [gil.id, fay.id])
  assert.deepEqual(await told(''), [])
  const [suspended] = await app.get<Account[]>(`/api/v1/accounts?id[]=${gil.id}`)
  assert.deepEqual([suspended?.suspended, suspended?.display_name], [true, ''])
})

test('whoever hides their follows is not named among familiar followers', async () => {
  const [hal, ida, jon] = [await others.actor('hal'), await others.actor('ida'), await others.actor('jon')]
  for (const follower of [hal, ida]) {
    await others.follow(ana, follower)
    await others.follow(follower, jon)
  }
  const familiar = async (): Promise<Array<string | undefined>> => {
    const [found] = await app.get<FamiliarFollowers[]>(`/api/v1/accounts/familiar_followers?id[]=${jon.id}`)
    return (found?.accounts ?? []).map(({ username }) => username)
  }
  assert.deepEqual(await familiar(), ['ida', 'hal'])
  await home.db.updateTable('actors').set({ hides_collections: true }).where('id', '=', hal.id).execute()
  assert.deepEqual(await familiar(), ['ida'])
})

test('the lists of an owner who hides them are closed to strangers and open to the owner', async () => {
  await others.follow(ana, await others.actor('gus'))
  await masto.v1.accounts.updateCredentials({ hideCollections: true })
  const me = await app.get<CredentialAccount>('/api/v1/accounts/verify_credentials')
  assert.deepEqual([me.hide_collections, me.source.hide_collections], [true, true])
  const path = `/api/v1/accounts/${ana.id}/following`
  assert.deepEqual(await home.stranger().get(path), [])
  assert.notEqual((await app.get<Account[]>(path)).length, 0)
  await masto.v1.accounts.updateCredentials({ hideCollections: false })
  assert.notEqual((await home.stranger().get<Account[]>(path)).length, 0)
})

test('posts of an account come by every filter, boosts among them', async () => {
  const [kai, lea] = [await others.actor('kai'), await others.actor('lea')]
  const plain = await others.post(kai, { hashtags: ['Birds'] })
  const picture = await others.post(kai, { images: ['https://peer.example/a.png'] })
  const reply = await others.post(kai, { inReplyTo: await others.post(lea) })
  const thread = await others.post(kai, { inReplyTo: plain })
  const whisper = await others.post(kai, { visibility: 'direct', mentions: [ana] })
  const boost = await others.post(kai, { boostOf: await others.post(lea) })
  const all = [boost, whisper, thread, reply, picture, plain].map(({ id }) => id)
  const path = `/api/v1/accounts/${kai.id}/statuses`
  const listed = async (query: string): Promise<string[]> =>
    (await app.get<Status[]>(`${path}?${query}`)).map(({ id }) => id)
  const without = (...posts: ReadonlyArray<{ id: string }>): string[] =>
    all.filter((id) => !posts.some((post) => post.id === id))
  assert.deepEqual(await listed(''), all)
  assert.deepEqual(await listed('exclude_replies=true'), without(reply))
  assert.deepEqual(await listed('exclude_reblogs=1'), without(boost))
  assert.deepEqual(await listed('exclude_direct=true'), without(whisper))
  assert.deepEqual(await listed('only_media=true'), [picture.id])
  assert.deepEqual(await listed('tagged=BIRDS'), [plain.id])
  assert.deepEqual(await listed('pinned=true'), [])
  const { data } = await megalodon.getAccountStatuses(kai.id, { limit: 2, exclude_replies: true })
  assert.deepEqual(
    data.map(({ id }) => id),
    [boost.id, whisper.id],
  )
  const seen = (await home.stranger().get<Status[]>(path)).map(({ id }) => id)
  assert.deepEqual(seen, without(whisper))
})

test('mutes and blocks are listed by pages, the end of a mute with them', async () => {
  const many = [await others.actor('max'), await others.actor('mia'), await others.actor('moe')]
  for (const actor of many) {
    await masto.v1.accounts.$select(actor.id).mute({ duration: 600 })
    await masto.v1.accounts.$select(actor.id).block()
  }
  const [, second] = many
  await masto.v1.accounts.$select(second?.id ?? '').mute({ notifications: false })
  for (const kind of ['mutes', 'blocks'] as const) {
    const read: string[] = []
    for await (const page of masto.v1[kind].list({ limit: 2 })) read.push(...page.map((one) => one.username))
    assert.deepEqual(read, ['moe', 'mia', 'max'], kind)
  }
  const muted = await app.get<Account[]>('/api/v1/mutes')
  assert.deepEqual(
    muted.map((one) => typeof one.mute_expires_at),
    ['string', 'object', 'string'],
  )
  const relationship = await app.get<Relationship[]>(`/api/v1/accounts/relationships?id=${second?.id}`)
  assert.deepEqual(
    [relationship[0]?.muting, relationship[0]?.muting_notifications, relationship[0]?.muting_expires_at],
    [true, false, null],
  )
  assert.equal((await app.ask('/api/v1/mutes?limit=1000')).status, 200)
})

test('the small groups answer libraries as they expect', async () => {
  const { data: none } = await megalodon.getDomainBlocks()
  assert.deepEqual(none, [])
  await megalodon.blockDomain('bad.example')
  const { data: blocked } = await megalodon.getDomainBlocks()
  assert.deepEqual(blocked, ['bad.example'])
  await masto.v1.domainBlocks.remove({ domain: 'bad.example' })
  assert.deepEqual(await masto.v1.domainBlocks.list(), [])
  const featured = await masto.v1.featuredTags.create({ name: 'birds' })
  assert.deepEqual(
    (await masto.v1.accounts.$select(ana.id).featuredTags.list()).map(({ name }) => name),
    ['birds'],
  )
  await masto.v1.featuredTags.$select(featured.id).remove()
  assert.deepEqual(await masto.v1.featuredTags.list(), [])
  const nora = await others.actor('nora')
  await others.follow(nora, ana, 'pending_approval')
  const [asking] = await masto.v1.followRequests.list()
  assert.equal(asking?.username, 'nora')
  const { data: accepted } = await megalodon.acceptFollowRequest(nora.id)
  assert.equal(accepted.followed_by, true)
  await masto.v1.accounts.$select(nora.id).removeFromFollowers()
  const report = await masto.v1.reports.create({ accountId: nora.id, comment: 'rude', category: 'spam' })
  assert.deepEqual([report.comment, report.category, report.targetAccount.id], ['rude', 'spam', nora.id])
  assert.deepEqual(await masto.v1.announcements.list(), [])
  await masto.v1.announcements.$select('1').dismiss()
  assert.deepEqual(await masto.v1.customEmojis.list(), [])
  assert.deepEqual(await masto.v1.accounts.$select(nora.id).identityProofs.list(), [])
  const note = await masto.v1.accounts.$select(nora.id).note.create({ comment: 'met' })
  assert.equal(note.note, 'met')
  const found = await masto.v1.accounts.lookup({ acct: 'nora@peer.example' })
  assert.equal(found.id, nora.id)
  const { data: relationships } = await megalodon.getRelationships([nora.id])
  assert.deepEqual([relationships[0]?.note, relationships[0]?.followed_by], ['met', false])
})
