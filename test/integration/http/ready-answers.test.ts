import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Status } from '../../../server/contracts/status.ts'
import { createLogger } from '../../../server/core/log.ts'
import { openListener } from '../../../server/db/listen.ts'
import { type AnswerTag, readyAnswer } from '../../../server/http/ready/ready-answer.ts'
import { ReadyAnswers } from '../../../server/http/ready/ready-answers.ts'
import { type ApiHome, openApiHome } from '../../support/api-home.ts'
import { openTestCaches } from '../../support/test-caches.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'
import { until } from '../../support/until.ts'

const home = await openApiHome()
const app = await home.app()
const me = home.ana.id
const pathOf = (uri: string | null): string => new URL(String(uri)).pathname

/** What the database tells while something is done: the tags, once each. */
async function told(act: () => Promise<unknown>): Promise<string[]> {
  const tags = new Set<string>()
  const leave = home.context.listener.subscribe('answers', {
    onNotification: (payload) => {
      for (const tag of payload.split(' ').slice(1)) tags.add(tag)
    },
  })
  await act()
  await heard(home)
  leave()
  return [...tags].toSorted()
}

/** Until everything that was told before has arrived. */
async function heard({ context }: ApiHome): Promise<void> {
  const word = `word-${Math.random()}`
  const { promise, resolve } = Promise.withResolvers<void>()
  const leave = context.listener.subscribe('answers', {
    onNotification: (payload) => payload === word && resolve(),
  })
  await context.db
    .selectNoFrom((eb) => eb.fn('pg_notify', [eb.val('answers'), eb.val(word)]).as('x'))
    .execute()
  await promise
  leave()
}

async function written(status: string, more: object = {}): Promise<Status> {
  return app.post<Status>('/api/v1/statuses', { status, ...more })
}

test('what strangers may have costs no statement when it was asked for a moment ago', async () => {
  const post = await written('kept ready')
  const paths = [
    pathOf(home.ana.uri),
    `${pathOf(home.ana.uri)}/outbox`,
    pathOf(post.uri),
    '/.well-known/webfinger?resource=acct:ana@home.example',
    '/nodeinfo/2.1',
    '/@ana',
    `/@ana/${post.id}`,
    '/api/v1/instance',
    '/api/v2/instance',
  ]
  for (const path of paths) assert.equal((await home.ask(path)).status, 200, path)
  await heard(home)
  const before = home.statementCount()
  const answers = await Promise.all([...paths, ...paths].map(async (path) => home.ask(path)))
  assert.ok(answers.every(({ status }) => status === 200))
  assert.equal(home.statementCount() - before, 0)
})

test('a change is told in its transaction, by the tags of what shows it', async () => {
  const first = await written('one #bees')
  const tagsOf = (id: string): string[] => [`post:${id}`, `posts-of:${me}`, `thread:${first.id}`]
  const reply = await written('two', { in_reply_to_id: first.id })
  const cases: ReadonlyArray<readonly [string, () => Promise<unknown>, readonly string[]]> = [
    [
      'an edit',
      async () => app.call('PUT', `/api/v1/statuses/${first.id}`, { status: 'uno #bees' }),
      ['hashtag:bees', ...tagsOf(first.id)],
    ],
    ['a pin', async () => app.post(`/api/v1/statuses/${first.id}/pin`), [`posts-of:${me}`]],
    [
      'an edit of a reply',
      async () => app.call('PUT', `/api/v1/statuses/${reply.id}`, { status: 'due' }),
      [...tagsOf(first.id), ...tagsOf(reply.id)],
    ],
    ['a like, which others count up too', async () => app.post(`/api/v1/statuses/${first.id}/favourite`), []],
    ['a private post', async () => written('for a few', { visibility: 'private' }), []],
    [
      'a profile',
      async () => app.call('PATCH', '/api/v1/accounts/update_credentials', { display_name: 'Anna' }),
      [`actor:${me}`, 'identities'],
    ],
    [
      'what is for fewer from now on',
      async () =>
        home.db.updateTable('posts').set({ visibility: 'followers' }).where('id', '=', first.id).execute(),
      ['hashtag:bees', ...tagsOf(first.id)],
    ],
    [
      'a deletion',
      async () => app.call('DELETE', `/api/v1/statuses/${reply.id}`),
      [...tagsOf(first.id), ...tagsOf(reply.id)],
    ],
  ]
  for (const [name, act, tags] of cases) {
    assert.deepEqual(await told(act), [...new Set(tags)].toSorted(), name)
  }
})

test('whoever has just changed something sees it, each time and at once', async () => {
  const path = pathOf(home.ana.uri)
  for (let round = 0; round < 6; round += 1) {
    await app.call('PATCH', '/api/v1/accounts/update_credentials', { display_name: `Ana ${round}` })
    assert.equal((await home.ask(path)).json()['name'], `Ana ${round}`)
    const post = await written(`round ${round}`)
    assert.match((await home.ask(pathOf(post.uri))).text(), new RegExp(`round ${round}<`))
    await app.call('DELETE', `/api/v1/statuses/${post.id}`)
    assert.equal((await home.ask(pathOf(post.uri))).status, 410)
  }
})

/** As another process of the home has them. */
async function openOthers(): Promise<ReadyAnswers> {
  const listener = openListener(home.connection, 'other', createLogger('test', 'silent'))
  closeBeforeCluster(async () => listener.close())
  const answers = new ReadyAnswers({ ...home.context, listener })
  await listener.ready
  return answers
}

const NAME = { variant: 'html', host: 'home.example', path: '/@ana' }

test('another process drops exactly what shows a change', async () => {
  const others = await openOthers()
  let made = 0
  const get = async (path: string, tags: readonly AnswerTag[]): Promise<string> => {
    const answer = await others.get({ ...NAME, path }, async () => {
      made += 1
      return readyAnswer({ contentType: 'text/html', document: `${path} ${made}`, tags })
    })
    return String(answer?.body)
  }
  const post = await written('seen elsewhere')
  await heard(home)
  await until('the news has passed', async () => {
    const [one, two] = [await get('/x', [`post:${post.id}`]), await get('/x', [`post:${post.id}`])]
    return one === two
  })
  const profile = await get('/profile', [`actor:${me}`])
  const page = await get('/post', [`post:${post.id}`, `actor:${me}`])
  await app.call('PUT', `/api/v1/statuses/${post.id}`, { status: 'changed' })
  await until('the page is made anew', async () => (await get('/post', [`post:${post.id}`])) !== page)
  assert.equal(await get('/profile', [`actor:${me}`]), profile)
})

test('what was begun before a change is not kept after it', async () => {
  const others = await openOthers()
  const begun = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const slow = others.get(NAME, async () => {
    begun.resolve()
    await go.promise
    return readyAnswer({ contentType: 'text/html', document: 'old', tags: ['home'] })
  })
  await begun.promise
  others.settle()
  const late = await others.get(NAME, async () =>
    readyAnswer({ contentType: 'text/html', document: 'new', tags: ['home'] }),
  )
  assert.equal(String(late?.body), 'new')
  go.resolve()
  assert.equal(String((await slow)?.body), 'old', 'who asked before may get what was')
  const again = await others.get(NAME, async () => Promise.reject(new Error('made again')))
  assert.equal(String(again?.body), 'new')
})

/** A clock whose monotonic part the test moves on. */
function movedClock() {
  const moved = { byMs: 0 }
  const { clock } = home.context
  const now = (): Date => clock.now()
  return { moved, clock: { ...clock, now, monotonicMs: () => clock.monotonicMs() + moved.byMs } }
}

test('what one process has made another need not make, unless it has heard of a change since', async () => {
  const { moved, clock } = movedClock()
  // Its items have not ended when what is in memory has.
  const shared = openTestCaches(home.context.clock).default
  const open = async (): Promise<ReadyAnswers> => {
    const listener = openListener(home.connection, 'other', createLogger('test', 'silent'))
    closeBeforeCluster(async () => listener.close())
    const caches = { ...home.context.caches, default: shared }
    const answers = new ReadyAnswers({ ...home.context, listener, clock, caches })
    await listener.ready
    return answers
  }
  const [one, two] = [await open(), await open()]
  const get = async (answers: ReadyAnswers, document: string): Promise<string> => {
    const answer = await answers.get(NAME, async () =>
      readyAnswer({ contentType: 'text/html', document, tags: [`actor:${me}`], headers: { link: '<x>' } }),
    )
    assert.deepEqual([answer?.headers, answer?.tags], [{ link: '<x>' }, [`actor:${me}`]])
    return String(answer?.body)
  }
  assert.equal(await get(one, 'of one'), 'of one')
  assert.equal(await get(two, 'of two'), 'of two', 'who has just begun to listen takes nothing')
  moved.byMs = 76_000
  assert.equal(await get(one, 'later'), 'of two', 'what is in memory has ended, what is shared has not')
  await app.call('PATCH', '/api/v1/accounts/update_credentials', { display_name: 'Anew' })
  await until('both have heard', async () => {
    const words = await Promise.all([one, two].map(async (answers) => get(answers, 'anew')))
    return words.every((word) => word === 'anew')
  })
  const kept = await shared.find('page_html_home.example/@ana')
  assert.equal(kept?.facts.type, 'text/html')
})

test('a cache of pages that is off, or whose items make no sense, costs nobody an answer', async () => {
  const { moved, clock } = movedClock()
  const broken = openTestCaches(clock).default
  const answers = new ReadyAnswers({
    ...home.context,
    listener: { ...home.context.listener, subscribe: () => () => undefined },
    clock,
    caches: { ...home.context.caches, default: broken },
  })
  moved.byMs = 76_000
  const facts = {
    type: 'text/html',
    etag: 'x',
    storedAt: clock.now().getTime(),
    note: { words: '', headers: 'no' },
  }
  await broken.keep('page_html_home.example/@ana', facts, Buffer.from('strange'))
  const answer = await answers.get(NAME, async () =>
    readyAnswer({ contentType: 'text/html', document: 'made', tags: [] }),
  )
  assert.equal(String(answer?.body), 'made')
})
