/** Drafts under attack: odd content, many windows at once, other identities, a clock that jumps, posts that go again. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { sql } from 'kysely'
import type { KeptDraft } from '../../../server/contracts/draft.ts'
import type { IdentityFacts } from '../../../server/contracts/owner-api.ts'
import { createLogger } from '../../../server/core/log.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { publishDraft } from '../../../server/domain/drafts/send-draft.ts'
import { createRunner } from '../../../server/stator/runner.ts'
import { allGraphWork } from '../../../server/workers/registry.ts'
import { PASSWORD, openApiHome } from '../../support/api-home.ts'
import { EMPTY_DRAFT } from '../../support/drafts.ts'
import type { PlainAnswer } from '../../support/http-client.ts'
import { MovedClock, due } from '../../support/polls.ts'
import { type PrivateClient, openPrivateClient } from '../../support/private-client.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'

const clock = new MovedClock()
const home = await openApiHome({ clock })
const { db } = home
const runner = createRunner({
  db,
  listener: null,
  clock,
  log: createLogger('test', 'silent'),
  graphs: allGraphWork(home.context),
  concurrency: 8,
  concurrencyPerModel: 4,
  concurrencyPerHost: 4,
})
closeBeforeCluster(async () => runner.stop())
let owner: PrivateClient
let other: IdentityFacts

before(async () => {
  owner = await openPrivateClient(home.context, PASSWORD)
  const made = await owner.ask('/api/homebird/v1/identities', {
    method: 'POST',
    body: { username: 'second', displayName: 'Second' },
  })
  assert.equal(made.status, 201, made.text())
  other = made.json() as unknown as IdentityFacts
})

let keys = 0
const newKey = (): string => `draft-key-${(keys += 1)}`
const path = (key: string): string => `/api/homebird/v1/drafts/${key}`
const draftOf = (answer: PlainAnswer): KeptDraft => answer.json() as unknown as KeptDraft
const asOther = (): Record<string, string> => ({ 'x-homebird-identity': other.id })
const puts = async (
  key: string,
  content: object,
  revision = 0,
  headers: Record<string, string> = {},
): Promise<PlainAnswer> =>
  owner.ask(path(key), { method: 'PUT', headers, body: { draft: { ...EMPTY_DRAFT, ...content }, revision } })
const sends = async (
  key: string,
  holdSeconds: number,
  revision = 1,
  headers: Record<string, string> = {},
): Promise<PlainAnswer> =>
  owner.ask(`${path(key)}/send`, { method: 'POST', headers, body: { revision, holdSeconds } })
const passes = async (seconds: number): Promise<void> => {
  clock.move(seconds * 1_000)
  await due(db, 'drafts')
  await runner.runUntilIdle()
}
const authorsOf = async (text: string): Promise<string[]> => {
  const rows = await db
    .selectFrom('posts')
    .select('author_id')
    .where('content_text', '=', text)
    .where('deleted_at', 'is', null)
    .execute()
  return rows.map(({ author_id: id }) => id)
}

test('what no text may hold is mended or refused wherever it stands, and never breaks the home', async () => {
  const half = 'a\ud800b'
  const target = { id: '7', acct: half, displayName: half }
  const poll = { options: [half, 'tea'], expiresInSeconds: 600, isMultiple: false, hidesTotals: false }
  const id = '123'
  const files = [{ id, description: half, focus: { x: 0, y: 0 } }]
  for (const content of [
    { text: half },
    { warning: half },
    { language: half },
    { poll },
    { replyTo: target },
    { quote: target },
    { edit: target },
    { files },
  ]) {
    const key = newKey()
    const answer = await puts(key, content)
    assert.equal(answer.status, 200, `${JSON.stringify(content)} ${answer.text()}`)
    assert.ok(!answer.text().includes('\\ud800'), answer.text())
    const again = await puts(key, content)
    assert.equal(again.status, 200, 'the same once more')
  }
})

test('values of every wrong type and size are refused in words, none is kept', async () => {
  const wrong: readonly unknown[] = [
    null,
    1,
    true,
    [],
    {},
    'x'.repeat(120_000),
    Array(30).fill('x'),
    1e300,
    [[[[]]]],
  ]
  const fine: Record<string, (value: unknown) => boolean> = {
    hasWarning: () => true,
    isSensitive: () => true,
    isLanguageChosen: () => true,
    isPollChanged: () => true,
    files: (value) => Array.isArray(value) && value.length === 0,
    language: (value) => value === null,
    poll: (value) => value === null,
    replyTo: (value) => value === null,
    quote: (value) => value === null,
    edit: (value) => value === null,
    quotePolicy: (value) => value === null,
    scheduledAt: (value) => value === null,
  }
  for (const name of Object.keys(EMPTY_DRAFT)) {
    for (const value of wrong) {
      const key = newKey()
      const answer = await puts(key, { [name]: value })
      const isFine = fine[name]?.(value) === true
      assert.equal(
        answer.status,
        isFine ? 200 : 422,
        `${name} ${JSON.stringify(value).slice(0, 40)} ${answer.text()}`,
      )
      if (isFine) await owner.ask(path(key), { method: 'DELETE' })
    }
  }
  for (const body of [
    [],
    'x',
    7,
    { draft: [], revision: 0 },
    { draft: EMPTY_DRAFT },
    { draft: EMPTY_DRAFT, revision: -1 },
    { draft: EMPTY_DRAFT, revision: 1e300 },
  ]) {
    const answer = await owner.ask(path(newKey()), {
      method: 'PUT',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
    assert.ok(answer.status === 422 || answer.status === 400, `${JSON.stringify(body)} ${answer.status}`)
  }
  const key = newKey()
  await puts(key, { text: 'holds odd' })
  for (const holdSeconds of [-1, 1, 11, 31, 1e9, '10 ', null, [10], true, 9.999]) {
    const answer = await owner.ask(`${path(key)}/send`, {
      method: 'POST',
      body: { revision: 1, holdSeconds },
    })
    assert.equal(answer.status, 422, `${JSON.stringify(holdSeconds)} ${answer.text()}`)
  }
})

test('an identity finds, changes and sends its own drafts only, and a post is by whoever wrote it', async () => {
  const key = newKey()
  assert.equal((await puts(key, { text: 'of the second' }, 0, asOther())).status, 200)
  assert.equal((await owner.ask(path(key))).status, 404)
  const first = (await owner.ask('/api/homebird/v1/drafts')).json() as unknown as { drafts: KeptDraft[] }
  assert.ok(!first.drafts.some((draft) => draft.key === key))
  assert.equal((await sends(key, 0)).status, 404)
  assert.equal((await puts(key, { text: 'of the first' })).status, 200, 'one key, two drafts')
  await sends(key, 0, 1, asOther())
  await passes(1)
  assert.deepEqual(await authorsOf('of the second'), [other.id])
  assert.deepEqual(await authorsOf('of the first'), [])
  for (const id of ['1', 'x', '\u00e9', '99999999999999999999']) {
    const answer = await owner.ask(path(key), { headers: { 'x-homebird-identity': id } })
    assert.equal(answer.status, 403, id)
  }
})

test('ten windows that begin, write on, send and call back one draft at once leave one draft or one post', async () => {
  const key = newKey()
  const begun = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => puts(key, { text: `window ${index}` })),
  )
  assert.equal(begun.filter(({ status }) => status === 200).length, 1)
  assert.ok(begun.every(({ status }) => status === 200 || status === 409))
  const text = draftOf(await owner.ask(path(key))).text
  const all = await Promise.all(
    Array.from({ length: 12 }, async (_, index) =>
      index % 3 === 0
        ? sends(key, 0)
        : index % 3 === 1
          ? owner.ask(`${path(key)}/send`, { method: 'DELETE' })
          : sends(key, 5),
    ),
  )
  assert.ok(
    all.every(({ status }) => status < 500),
    String(all.map(({ status }) => status)),
  )
  await sends(key, 0)
  await Promise.all([passes(10), sends(key, 0), sends(key, 0), passes(1)])
  await passes(1)
  assert.deepEqual(await authorsOf(text), [home.ana.id])
})

test('a post that is gone again before the worker could say that it went is not written once more', async () => {
  const key = newKey()
  await puts(key, { text: 'gone at once' })
  await sends(key, 0)
  clock.move(1_000)
  await inTransaction(db, async (tx) => publishDraft(tx, home.home, home.ana, key, new Map(), clock.now()))
  await sql`delete from posts where content_text = 'gone at once'`.execute(db)
  await passes(60)
  assert.deepEqual(await authorsOf('gone at once'), [])
})

test('a clock that is set back shows no longer wait than any post has, and the post goes when it is told to', async () => {
  const key = newKey()
  await puts(key, { text: 'back in time' })
  await sends(key, 30)
  clock.move(-3_600_000)
  const shown = draftOf(await owner.ask(path(key)))
  assert.ok(shown.sendsInMs !== null && shown.sendsInMs <= 30_000, String(shown.sendsInMs))
  await sends(key, 0)
  await passes(1)
  assert.deepEqual(await authorsOf('back in time'), [home.ana.id])
  clock.move(3_600_000)
})

test('a file that stands twice, is another’s or is gone, is told before or when the post goes', async () => {
  const key = newKey()
  await puts(key, {
    text: 'with a file of nobody',
    files: [{ id: '1', description: '', focus: { x: 0, y: 0 } }],
  })
  const answer = await sends(key, 0)
  assert.ok(answer.status === 200 || answer.status === 422, answer.text())
  await passes(1)
  const kept = draftOf(await owner.ask(path(key)))
  assert.ok(kept.state === 'failed' || kept.state === 'kept', kept.state)
  assert.deepEqual(await authorsOf('with a file of nobody'), [])
})
