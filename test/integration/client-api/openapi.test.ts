/** The OpenAPI document: whole, valid, and true of what the routes really answer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { RouteOptions } from 'fastify'
import fastify from 'fastify'
import type { Filter } from '../../../server/contracts/filter.ts'
import type { GroupedNotifications, Notification } from '../../../server/contracts/notification.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { tellNotifications } from '../../../server/domain/notifications/tell-notifications.ts'
import { clientApiRoutes } from '../../../server/http/client-api/index.ts'
import { ANSWERS } from '../../../server/http/client-api/openapi/answers.ts'
import { methodsOf } from '../../../server/http/client-api/openapi/document.ts'
import { oauthRoutes } from '../../../server/http/oauth/index.ts'
import { streamingRoutes } from '../../../server/http/streaming/index.ts'
import { type ApiClient, type ApiHome, openApiHome } from '../../support/api-home.ts'
import { type ApiDocument, AnswerChecker } from '../../support/answer-checker.ts'
import { PushReceiver } from '../../support/push-receiver.ts'
import { tell } from '../../support/tell.ts'

let opened: Promise<ApiHome> | null = null
const openHome = async (): Promise<ApiHome> => {
  opened ??= openApiHome()
  return opened
}

async function documentOf(home: ApiHome): Promise<ApiDocument> {
  return (await home.ask('/api/openapi.json')).json() as unknown as ApiDocument
}

test('the document is valid OpenAPI 3.1', async () => {
  const document = await documentOf(await openHome())
  const { valid, errors } = await new Validator().validate(structuredClone(document) as never)
  assert.deepEqual([valid, errors], [true, undefined])
  assert.equal(document.openapi, '3.1.1')
  assert.deepEqual(document.servers, [{ url: 'https://home.example' }])
})

test('every route for apps stands in it, with its scopes', async () => {
  const home = await openHome()
  const document = await documentOf(home)
  const registered: string[] = []
  const app = fastify()
  app.addHook('onRoute', (route: RouteOptions) => {
    for (const method of methodsOf(route)) {
      const path = route.url.replaceAll(/:(\w+)/g, '{$1}')
      const operation = document.paths[path]?.[method.toLowerCase()]
      registered.push(`${method} ${route.url}`)
      assert.ok(operation !== undefined, `${method} ${route.url} is not described`)
      const { scope, subject } = route.config ?? {}
      const scopes = operation.security.flatMap(({ oauth = [] }) => oauth)
      assert.deepEqual(
        scopes,
        [scope ?? []].flat().filter((one) => one !== 'public'),
      )
      assert.equal(
        operation.security.some((one) => one.oauth === undefined),
        subject === 'public',
      )
    }
  })
  await app.register(oauthRoutes(home.context))
  await app.register(clientApiRoutes(home.context, { listener: 'public' }))
  await app.register(streamingRoutes(home.context, { listener: 'public' }))
  await app.ready()
  await app.close()
  assert.ok(registered.length > 150)
  const described = Object.values(document.paths).flatMap((operations) => Object.values(operations))
  assert.equal(described.length, registered.length)
  const ids = described.map(({ operationId }) => operationId)
  assert.equal(new Set(ids).size, ids.length, 'each has a name of its own')
  // What is said of answers is said of routes that are there.
  assert.deepEqual(
    [...ANSWERS.keys()].filter((route) => !registered.includes(route)),
    [],
  )
})

test('parameters, bodies and what is deprecated are described', async () => {
  const { paths, components } = await documentOf(await openHome())
  const post = paths['/api/v1/statuses']?.['post']
  const forms = Object.keys(post?.requestBody?.content ?? {})
  assert.deepEqual(forms, ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'])
  const named = paths['/api/v1/notifications']?.['get']?.parameters.map(({ name }) => name) ?? []
  for (const name of ['max_id', 'limit', 'types[]', 'exclude_types[]']) assert.ok(named.includes(name), name)
  const [first] = paths['/api/v1/statuses/{id}']?.['get']?.parameters ?? []
  assert.deepEqual([first?.name, first?.in, first?.required], ['id', 'path', true])
  assert.equal(paths['/api/v1/instance']?.['get']?.deprecated, true)
  assert.equal(paths['/api/v2/instance']?.['get']?.deprecated, undefined)
  for (const name of [
    'Status',
    'Account',
    'Notification',
    'MediaAttachment',
    'Relationship',
    'Instance',
    'Filter',
  ])
    assert.ok(components.schemas[name] !== undefined, name)
})

test('a checker that is told of it finds what is amiss', async () => {
  const checker = new AnswerChecker(await documentOf(await openHome()))
  const poll = {
    id: '1',
    expires_at: null,
    expired: false,
    multiple: false,
    votes_count: 0,
    voters_count: null,
    options: [],
    emojis: [],
  }
  assert.equal(checker.flawIn('GET', '/api/v1/polls/1?x=2', poll), null)
  assert.match(checker.flawIn('GET', '/api/v1/polls/1', { ...poll, votes_count: '0' }) ?? '', /votes_count/)
  const { options: _gone, ...less } = poll
  assert.match(checker.flawIn('GET', '/api/v1/polls/1', less) ?? '', /options/)
  assert.equal(checker.flawIn('GET', '/elsewhere', { anything: true }), null)
})

/** What stands for the parameters of a path, by what goes before them. */
async function fillHome(
  home: ApiHome,
): Promise<{ readonly app: ApiClient; readonly path: (url: string) => string }> {
  const app = await home.app(['profile', 'read', 'write', 'follow', 'push'])
  const make = async (path: string, body: object): Promise<string> =>
    (await app.post<{ id: string }>(path, body)).id
  const eve = await home.others.actor('eve', { icon_url: 'https://peer.example/eve.png' })
  await home.others.follow(home.ana, eve)
  await home.others.follow(eve, home.ana)
  await home.others.follow(await home.others.actor('asks'), home.ana, 'pending_approval')
  const poll = { options: ['yes', 'no'], expires_in: 3_600 }
  const asked = await app.post<Status>('/api/v1/statuses', { status: 'a #cats question', poll })
  const status = await make('/api/v1/statuses', { status: 'hello', in_reply_to_id: asked.id })
  await app.call('PUT', `/api/v1/statuses/${status}`, { status: 'hello again' })
  await make('/api/v1/statuses', { status: 'look', quoted_status_id: asked.id })
  for (const act of ['favourite', 'bookmark', 'reblog', 'pin'])
    await app.post(`/api/v1/statuses/${status}/${act}`)
  const theirs = await home.others.post(eve, {
    html: '<p>hello ana</p>',
    mentions: [home.ana],
    images: ['https://peer.example/a.png'],
    shownTo: [home.ana],
    visibility: 'direct',
  })
  await inTransaction(home.db, async (tx) =>
    tellNotifications(tx, [
      { actorId: home.ana.id, kind: 'mention', fromActorId: eve.id, postId: theirs.id },
      { actorId: home.ana.id, kind: 'favourite', fromActorId: eve.id, postId: status },
      { actorId: home.ana.id, kind: 'follow', fromActorId: eve.id, postId: null },
    ]),
  )
  const filter = await app.post<Filter>('/api/v2/filters', {
    title: 'cats',
    context: ['home'],
    keywords_attributes: [{ keyword: 'cats', whole_word: true }],
  })
  const kept = await make(`/api/v2/filters/${filter.id}/statuses`, { status_id: theirs.id })
  const list = await make('/api/v1/lists', { title: 'friends' })
  await app.post(`/api/v1/lists/${list}/accounts`, { account_ids: [eve.id] })
  const later = new Date(Date.now() + 86_400_000).toISOString()
  const scheduled = await make('/api/v1/statuses', { status: 'later', scheduled_at: later })
  await make('/api/v1/featured_tags', { name: 'cats' })
  await app.post('/api/v1/markers', { home: { last_read_id: status } })
  const { keys } = new PushReceiver()
  await make('/api/v1/push/subscription', { subscription: { endpoint: 'https://push.example/', keys } })
  const [notification] = await app.get<Notification[]>('/api/v1/notifications')
  const { notification_groups: groups } = await app.get<GroupedNotifications>('/api/v2/notifications')
  await app.call('PATCH', '/api/v2/notifications/policy', { for_not_following: 'filter' })
  const stranger = await home.others.actor('stranger')
  await tell(home, { actorId: home.ana.id, kind: 'follow', fromActorId: stranger.id, postId: null })
  const [waiting] = await app.get<{ id: string }[]>('/api/v1/notifications/requests')
  const [token] = await app.get<{ id: string }[]>('/api/v1/tokens')
  const values: ReadonlyArray<readonly [RegExp, string]> = [
    [/(?<=\/accounts\/):id/, eve.id],
    [/(?<=\/polls\/):id/, asked.poll?.id ?? ''],
    [/(?<=\/lists\/):id|:list_id/, list],
    [/(?<=\/filters\/keywords\/):id/, filter.keywords[0]?.id ?? ''],
    [/(?<=\/filters\/statuses\/):id/, kept],
    [/(?<=\/v1\/filters\/):id/, filter.keywords[0]?.id ?? ''],
    [/(?<=\/filters\/):id|:filter_id/, filter.id],
    [/(?<=\/statuses\/):id/, status],
    [/(?<=\/scheduled_statuses\/):id/, scheduled],
    [/(?<=\/notifications\/):id/, notification?.id ?? ''],
    [/(?<=\/requests\/):id/, waiting?.id ?? ''],
    [/:group_key/, groups[0]?.group_key ?? ''],
    [/(?<=\/tokens\/):id/, token?.id ?? ''],
    [/:name|:hashtag/, 'cats'],
  ]
  const queries: Readonly<Record<string, string>> = {
    '/api/v1/accounts/lookup': '?acct=ana',
    '/api/v1/accounts/search': '?q=eve',
    '/api/v1/accounts/relationships': `?id[]=${eve.id}`,
    '/api/v1/accounts/familiar_followers': `?id[]=${eve.id}`,
    '/api/v1/accounts': `?id[]=${eve.id}`,
    '/api/v1/statuses': `?id[]=${status}&id[]=${theirs.id}`,
    '/api/v1/markers': '?timeline[]=home',
    '/api/v1/timelines/link': '?url=https://news.example/',
    '/api/v1/search': '?q=cats',
    '/api/v2/search': '?q=cats',
  }
  const path = (url: string): string =>
    values.reduce((filled, [pattern, value]) => filled.replace(pattern, value), url) + (queries[url] ?? '')
  return { app, path }
}

/** Those need something that is not here: a file, a refresh that runs, a link that people share. */
const NOT_ASKED = /\/media\/|async_refreshes|timelines\/link/

test('what routes answer is what the document says', async () => {
  const home = await openHome()
  const checker = new AnswerChecker(await documentOf(home))
  const { app, path } = await fillHome(home)
  const flaws: string[] = []
  let asked = 0
  for (const route of ANSWERS.keys()) {
    const [method = '', url = ''] = route.split(' ')
    if (method !== 'GET' || NOT_ASKED.test(url)) continue
    const answer = await app.ask(path(url))
    const flaw = answer.status === 200 ? checker.flawIn(method, path(url), answer.json()) : answer.text()
    if (flaw !== null) flaws.push(`${route}: ${flaw}`)
    asked += 1
  }
  assert.deepEqual(flaws, [])
  assert.ok(asked > 60)
})
