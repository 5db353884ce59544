/** Libraries that other people's apps are made of sign in, post and read. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from 'masto'
import generator, { type Entity, type MegalodonInterface } from 'megalodon'
import { WebSocket } from 'ws'
import { inOpenStreams, publishToStreams } from '../../../server/domain/timelines/stream-notices.ts'
import { type ApiHome, PASSWORD, openApiHome } from '../../support/api-home.ts'
import { PushReceiver } from '../../support/push-receiver.ts'
import { ConsentBrowser, consentTo } from '../../support/consent-browser.ts'

/** Of 300 requests in five minutes. */
const REPEAT_MS = 100
const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob'

/** Reached by its loopback address, since the libraries dial what they are told. */
const openReachableHome = async (): Promise<ApiHome> => openApiHome({ domain: null })

async function codeOf(home: ApiHome, address: string): Promise<string> {
  const browser = new ConsentBrowser(home.publicPort, home.host)
  const page = await consentTo(browser, address, PASSWORD)
  return /<code>([\w-]+)<\/code>/.exec(page.text())?.[1] ?? ''
}

async function signInWithMasto(home: ApiHome) {
  const url = `http://${home.host}`
  const app = await createRestAPIClient({ url }).v1.apps.create({
    clientName: 'masto',
    redirectUris: OUT_OF_BAND,
    scopes: 'read write follow',
  })
  const query = {
    response_type: 'code',
    client_id: app.clientId ?? '',
    redirect_uri: OUT_OF_BAND,
    scope: 'read write',
  }
  const code = await codeOf(home, `/oauth/authorize?${new URLSearchParams(query)}`)
  const oauth = createOAuthAPIClient({ url })
  const client = { clientId: app.clientId ?? '', clientSecret: app.clientSecret ?? '' }
  const { accessToken } = await oauth.token.create({
    ...client,
    grantType: 'authorization_code',
    redirectUri: OUT_OF_BAND,
    code,
    scope: 'read write',
  })
  return { url, accessToken, oauth, client, masto: createRestAPIClient({ url, accessToken }) }
}

test('masto signs in, posts, reads, pages and signs out', async () => {
  const home = await openReachableHome()
  const { masto, oauth, client, accessToken } = await signInWithMasto(home)
  const me = await masto.v1.accounts.verifyCredentials()
  assert.equal(me.username, 'ana')
  assert.equal(me.source.privacy, 'public')
  const written: string[] = []
  for (let count = 1; count <= 7; count += 1) {
    const status = await masto.v1.statuses.create({ status: `number ${count} #count`, visibility: 'public' })
    written.unshift(status.id)
  }
  const read: string[] = []
  for await (const page of masto.v1.timelines.home.list({ limit: 3 }))
    read.push(...page.map((status) => status.id))
  assert.deepEqual(read, written)
  const [first] = written
  assert.ok(first)
  await masto.v1.statuses.$select(first).favourite()
  const reply = await masto.v1.statuses.create({ status: 'to myself', inReplyToId: first })
  const context = await masto.v1.statuses.$select(first).context.fetch()
  assert.deepEqual(
    context.descendants.map((status) => status.id),
    [reply.id],
  )
  const edited = await masto.v1.statuses.$select(reply.id).update({ status: 'to myself, again' })
  assert.match(edited.content, /again/)
  const [third] = (await masto.v2.search.list({ q: '"number 3" from:me', limit: 5 })).statuses
  assert.equal(third?.id, written[4])
  assert.equal((await masto.v1.accounts.search.list({ q: 'an' }))[0]?.id, me.id)
  const found = await masto.v2.search.list({ q: 'cou', type: 'hashtags' })
  assert.deepEqual(
    found.hashtags.map((tag) => tag.name),
    ['count'],
  )
  await masto.v1.statuses.$select(reply.id).remove()
  await assert.rejects(async () => masto.v1.statuses.$select(reply.id).fetch(), /Record not found/)
  await oauth.revoke({ ...client, token: accessToken })
  await assert.rejects(async () => masto.v1.accounts.verifyCredentials(), /access token is invalid/)
})

test('masto follows the live stream', async (t) => {
  const home = await openReachableHome()
  const { masto, accessToken } = await signInWithMasto(home)
  const { configuration } = await masto.v2.instance.fetch()
  const streaming = createStreamingAPIClient({
    streamingApiUrl: `${configuration.urls.streaming}/api/v1/streaming`,
    accessToken,
    implementation: WebSocket,
  })
  t.after(() => streaming.close())
  const eve = await home.others.actor('eve')
  await home.others.follow(home.ana, eve)
  const list = await masto.v1.lists.create({ title: 'just her' })
  await masto.v1.lists.$select(list.id).accounts.create({ accountIds: [eve.id] })
  const subscriptions = [
    streaming.user.subscribe(),
    streaming.hashtag.subscribe({ tag: 'Masto' }),
    streaming.public.subscribe(),
    streaming.public.local.subscribe(),
    streaming.list.subscribe({ list: list.id }),
  ]
  const first = subscriptions.map(async (subscription) => {
    const { value } = await subscription[Symbol.asyncIterator]().next()
    return `${value?.event} ${value?.stream.join(' ')}`
  })
  // A subscription is a message on its way: what is written before it arrives is not streamed.
  const posted = repeat(t, async () => {
    await masto.v1.statuses.create({ status: 'live #masto' })
    const { id } = await home.others.post(eve)
    await publishToStreams(home.db, inOpenStreams('update', [id]))
  })
  const streams = ['user', 'hashtag Masto', 'public', 'public:local', `list ${list.id}`]
  assert.deepEqual(
    await Promise.all(first),
    streams.map((stream) => `update ${stream}`),
  )
  await posted.stop()
})

test('megalodon follows a public stream', async () => {
  const home = await openReachableHome()
  const app = await home.app()
  const client = generator('mastodon', `http://${home.host}`, app.token)
  const stream = await client.publicStreaming()
  const told = async (event: string): Promise<unknown> =>
    new Promise((resolve) => {
      stream.once(event, resolve)
    })
  await told('connect')
  const update = told('update')
  const { id } = await client.postStatus('live').then(({ data }) => data)
  assert.equal(((await update) as { id: string }).id, id)
  const removal = told('delete')
  await client.deleteStatus(id)
  assert.equal(await removal, id)
  stream.stop()
})

/** Does something again and again until it is told to stop: for what is seen only by who listens already. */
function repeat(t: TestContext, work: () => Promise<unknown>): { stop(): Promise<void> } {
  const over = new AbortController()
  const go = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await work()
      // More at once than an app may ask for would be refused.
      await delay(REPEAT_MS)
    }
  }
  const going = go()
  const stop = async (): Promise<void> => {
    over.abort()
    await going
  }
  t.after(stop)
  return { stop }
}

async function signInWithMegalodon(home: ApiHome): Promise<MegalodonInterface> {
  const url = `http://${home.host}`
  const anonymous = generator('mastodon', url)
  const app = await anonymous.registerApp('megalodon', { scopes: ['read', 'write', 'follow'] })
  const { pathname, search } = new URL(app.url ?? '')
  const code = await codeOf(home, `${pathname}${search}`)
  const token = await anonymous.fetchAccessToken(app.client_id, app.client_secret, code)
  return generator('mastodon', url, token.access_token)
}

test('megalodon signs in, posts, reads and streams', async (t) => {
  const home = await openReachableHome()
  const client = await signInWithMegalodon(home)
  const { data: me } = await client.verifyAccountCredentials()
  assert.equal(me.acct, 'ana')
  const stream = await client.userStreaming()
  t.after(() => stream.stop())
  await new Promise<void>((resolve) => {
    stream.on('connect', () => resolve())
  })
  const arriving = new Promise<Entity.Status>((resolve) => {
    stream.on('update', (status: Entity.Status) => resolve(status))
  })
  const { data: written } = await client.postStatus('hello from megalodon', {
    visibility: 'unlisted',
    spoiler_text: 'a greeting',
  })
  assert.equal((await arriving).id, (written as Entity.Status).id)
  const { data: timeline } = await client.getHomeTimeline({ limit: 5 })
  assert.deepEqual(
    timeline.map((status) => status.spoiler_text),
    ['a greeting'],
  )
  const { data: updated } = await client.updateCredentials({
    display_name: 'Ana of the birds',
    fields_attributes: [{ name: 'Home', value: 'https://home.example' }],
  })
  assert.equal(updated.display_name, 'Ana of the birds')
  assert.match(updated.fields[0]?.value ?? '', /<a href="https:\/\/home\.example\/"/)
  const { data: boosted } = await client.reblogStatus((written as Entity.Status).id)
  assert.equal(boosted.reblog?.id, (written as Entity.Status).id)
  const { data: instance } = await client.getInstance()
  assert.equal(instance.registrations, false)
  const starts = [
    client.getPreferences(),
    client.getFilters(),
    client.getLists(),
    client.getBookmarks(),
    client.getFavourites(),
    client.getBlocks(),
    client.getMutes(),
    client.getNotifications(),
    client.getInstanceCustomEmojis(),
    client.getInstanceAnnouncements(),
    client.getConversationTimeline(),
    client.getInstanceTrends(),
  ]
  for (const answer of await Promise.all(starts)) assert.equal(answer.status, 200)
})

test('both libraries ask to be told by push', async () => {
  const home = await openReachableHome()
  const { token } = await home.app(['push'])
  const url = `http://${home.host}`
  const keys = new PushReceiver().keys
  const masto = createRestAPIClient({ url, accessToken: token ?? '' })
  const made = await masto.v1.push.subscription.create({
    subscription: { endpoint: 'https://push.example/device', keys },
    data: { alerts: { poll: true } },
    policy: 'followed',
  })
  assert.deepEqual([made.alerts.poll, made.alerts.mention, made.policy], [true, false, 'followed'])
  assert.equal((await masto.v1.push.subscription.fetch()).endpoint, 'https://push.example/device')
  const megalodon = generator('mastodon', url, token)
  const { data } = await megalodon.updatePushSubscription({ alerts: { mention: true } })
  assert.deepEqual([data.alerts.mention, data.server_key], [true, made.serverKey])
  await masto.v1.push.subscription.remove()
  await assert.rejects(masto.v1.push.subscription.fetch(), /Record not found/)
})
