import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { sql } from 'kysely'
import type { DraftContent, KeptDraft } from '../../../server/contracts/draft.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { createLogger } from '../../../server/core/log.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { publishDraft } from '../../../server/domain/drafts/send-draft.ts'
import { removeAbandoned } from '../../../server/domain/uploads/content-files.ts'
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
const app = await home.app()
const openRunner = () =>
  createRunner({
    db,
    listener: null,
    clock,
    log: createLogger('test', 'silent'),
    graphs: allGraphWork(home.context),
    concurrency: 8,
    concurrencyPerModel: 4,
    concurrencyPerHost: 4,
  })
const runner = openRunner()
closeBeforeCluster(async () => runner.stop())
let owner: PrivateClient

before(async () => {
  owner = await openPrivateClient(home.context, PASSWORD)
})

let keys = 0
const newKey = (): string => `draft-key-${(keys += 1)}`
const path = (key: string): string => `/api/homebird/v1/drafts/${key}`
const draftOf = (answer: PlainAnswer): KeptDraft => answer.json() as unknown as KeptDraft
const puts = async (key: string, content: Partial<DraftContent>, revision = 0): Promise<PlainAnswer> =>
  owner.ask(path(key), { method: 'PUT', body: { draft: { ...EMPTY_DRAFT, ...content }, revision } })
const sends = async (key: string, holdSeconds: number, revision = 1): Promise<PlainAnswer> =>
  owner.ask(`${path(key)}/send`, { method: 'POST', body: { revision, holdSeconds } })
const undoes = async (key: string): Promise<PlainAnswer> =>
  owner.ask(`${path(key)}/send`, { method: 'DELETE' })
const looksAt = async (key: string): Promise<KeptDraft> => draftOf(await owner.ask(path(key)))
const list = async (): Promise<KeptDraft[]> => {
  const { drafts } = (await owner.ask('/api/homebird/v1/drafts')).json()
  return drafts as unknown as KeptDraft[]
}
const passes = async (seconds: number): Promise<void> => {
  clock.move(seconds * 1_000)
  await due(db, 'drafts')
  await runner.runUntilIdle()
}
const written = async (text: string): Promise<Status[]> => {
  const all = await app.get<Status[]>(`/api/v1/accounts/${home.ana.id}/statuses?limit=40`)
  return all.filter(({ content }) => content.includes(text))
}

async function upload(): Promise<string> {
  const file = { kind: 'image', media_type: 'image/png', file_key: 'a.png', description: 'a cup' } as const
  const { id } = await db
    .insertInto('attachments')
    .values({ owner_actor_id: home.ana.id, ...file })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

test('a draft is kept whole, and every window of the owner finds it', async () => {
  const key = newKey()
  const id = await upload()
  const content: Partial<DraftContent> = {
    text: 'half a th',
    warning: 'spoiler',
    hasWarning: true,
    visibility: 'private',
    language: 'de',
    isLanguageChosen: true,
    files: [{ id, description: 'a cup', focus: { x: 0.5, y: -0.25 } }],
    poll: { options: ['tea', ''], expiresInSeconds: 3_600, isMultiple: true, hidesTotals: false },
    replyTo: { id: '7', acct: 'ben@peer.example', displayName: 'Ben' },
    scheduledAt: '2031-05-01T10:00:00.000Z',
  }
  assert.equal((await puts(key, content)).status, 200)
  const kept = (await list()).find((draft) => draft.key === key)
  assert.ok(kept)
  const { changedAt, media, ...rest } = kept
  assert.ok(Date.parse(changedAt) > 0)
  assert.deepEqual(
    media.map((file) => [file.id, file.type, file.description]),
    [[id, 'image', 'a cup']],
  )
  const facts = { key, revision: 1, state: 'kept', sendsInMs: null, postId: null, failure: null }
  assert.deepEqual(rest, { ...EMPTY_DRAFT, ...content, ...facts })
})

test('who writes upon an older revision is told what the newer one says; nothing is written over', async () => {
  const key = newKey()
  await puts(key, { text: 'first' })
  assert.equal(draftOf(await puts(key, { text: 'of the one window' }, 1)).revision, 2)
  const behind = await puts(key, { text: 'of the other window' }, 1)
  assert.equal(behind.status, 409)
  assert.equal(String(behind.json()['draft']?.['text']), 'of the one window')
  assert.equal((await looksAt(key)).text, 'of the one window')
})

test('a request whose answer was lost may be sent again', async () => {
  const key = newKey()
  await puts(key, { text: 'once' })
  const again = await puts(key, { text: 'once' })
  assert.deepEqual([again.status, draftOf(again).revision], [200, 1])
})

test('a draft that was thrown away elsewhere and is written on here is a draft again', async () => {
  const key = newKey()
  await puts(key, { text: 'a' })
  assert.equal((await owner.ask(path(key), { method: 'DELETE' })).status, 200)
  assert.equal((await owner.ask(path(key))).status, 404)
  assert.equal(draftOf(await puts(key, { text: 'ab' }, 1)).revision, 2)
})

test('what has no bounds is refused, naming the part, its value, the limit and what to do', async () => {
  const flaws: ReadonlyArray<readonly [Record<string, unknown>, RegExp]> = [
    [{ text: 'x'.repeat(100_001) }, /text has 100001 characters.*at most 100000.*Split/],
    [
      { files: Array.from({ length: 17 }, () => ({ id: '1' })) },
      /files holds 17.*at most 16.*Take some away/,
    ],
    [{ visibility: 'everybody' }, /visibility is none of public, unlisted, private, direct/],
    [{ text: 'a\u0000b' }, /text holds a character/],
    [{ text: 5 }, /text is no text/],
    [{ files: [{ id: '1', description: '', focus: { x: 4, y: 0 } }] }, /focus holds 4, and takes -1 to 1/],
    [{ quote: { id: 'x', acct: '', displayName: '' } }, /quote names no id/],
    [{ scheduledAt: 'soon' }, /scheduledAt is no moment/],
  ]
  for (const [content, words] of flaws) {
    const answer = await owner.ask(path(newKey()), {
      method: 'PUT',
      body: { draft: { ...EMPTY_DRAFT, ...content }, revision: 0 },
    })
    assert.equal(answer.status, 422, answer.text())
    assert.match(answer.text(), words)
  }
})

test('the drafts of an identity are so many, and who has too many is told the limit', async () => {
  const present = (await list()).length
  await sql`
    insert into drafts (actor_id, key, text, warning, content)
    select ${home.ana.id}, 'filled-up-' || n, 'x', '', ${JSON.stringify(EMPTY_DRAFT)}::jsonb
      from generate_series(1, ${200 - present}) as n`.execute(db)
  const answer = await puts(newKey(), { text: 'one too many' })
  assert.equal(answer.status, 422)
  assert.match(answer.text(), /You have 200 drafts, and the home keeps at most 200\. Delete some/)
  await sql`delete from drafts where key like 'filled-up-%'`.execute(db)
})

test('uploads are no orphans while their draft lives', async () => {
  const key = newKey()
  const [inDraft, alone] = [await upload(), await upload()]
  await puts(key, { files: [{ id: inDraft, description: '', focus: { x: 0, y: 0 } }] })
  await sql`update attachments set created_at = now() - interval '2 days' where id in (${inDraft}, ${alone})`.execute(
    db,
  )
  const left = async (): Promise<string[]> =>
    (await db.selectFrom('attachments').select('id').where('id', 'in', [inDraft, alone]).execute()).map(
      ({ id }) => id,
    )
  await removeAbandoned(db, 100)
  assert.deepEqual(await left(), [inDraft])
  await owner.ask(path(key), { method: 'DELETE' })
  await removeAbandoned(db, 100)
  assert.deepEqual(await left(), [])
})

test('a held draft is no post before its moment, and one post after it', async () => {
  const key = newKey()
  const id = await upload()
  const files = [{ id, description: 'a cup', focus: { x: 0, y: 0 } }]
  await puts(key, { text: 'held back', warning: 'cup', hasWarning: true, visibility: 'unlisted', files })
  const held = draftOf(await sends(key, 10))
  assert.equal(held.state, 'held')
  assert.ok(Number(held.sendsInMs) > 9_000 && Number(held.sendsInMs) <= 10_000)
  await passes(5)
  assert.deepEqual(await written('held back'), [])
  await passes(6)
  const [post, ...more] = await written('held back')
  assert.deepEqual(more, [])
  assert.deepEqual([post?.visibility, post?.spoiler_text], ['unlisted', 'cup'])
  assert.deepEqual(
    post?.media_attachments.map((file) => file.id),
    [id],
  )
  const { state, postId } = await looksAt(key)
  assert.deepEqual([state, postId], ['sent', post?.id])
  assert.ok(!(await list()).some((draft) => draft.key === key))
})

test('Undo at the last moment brings the draft back whole, and nothing leaves', async () => {
  const key = newKey()
  const content: Partial<DraftContent> = {
    text: 'called back',
    language: 'en',
    poll: { options: ['a', 'b'], expiresInSeconds: 600, isMultiple: false, hidesTotals: true },
  }
  await puts(key, content)
  await sends(key, 5)
  clock.move(6_000)
  const back = await undoes(key)
  assert.equal(back.status, 200)
  const { text, language, poll, state, revision } = draftOf(back)
  assert.deepEqual({ text, language, poll }, content)
  assert.deepEqual([state, revision], ['kept', 1])
  await passes(60)
  assert.deepEqual(await written('called back'), [])
  assert.equal((await puts(key, { ...content, text: 'called back and written on' }, 1)).status, 200)
})

test('Undo after the last moment says what the draft has become', async () => {
  const key = newKey()
  await puts(key, { text: 'too late' })
  await sends(key, 0)
  await passes(1)
  const late = await undoes(key)
  assert.equal(late.status, 409)
  const [post] = await written('too late')
  assert.equal(String(late.json()['draft']?.['postId']), post?.id)
  assert.equal((await puts(key, { text: 'too late to change' }, 1)).status, 409)
  assert.equal((await owner.ask(path(key), { method: 'DELETE' })).status, 200)
  assert.equal((await looksAt(key)).state, 'sent')
})

test('sent twice, from two windows and again after it went, it is one post', async () => {
  const key = newKey()
  await puts(key, { text: 'only once' })
  const answers = await Promise.all([sends(key, 0), sends(key, 0), sends(key, 0)])
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  )
  const other = openRunner()
  clock.move(1_000)
  await due(db, 'drafts')
  await Promise.all([runner.runUntilIdle(), other.runUntilIdle()])
  await other.stop()
  assert.equal(draftOf(await sends(key, 0)).state, 'sent')
  await passes(5)
  assert.equal((await written('only once')).length, 1)
})

test('Send now overtakes the moment that was planned', async () => {
  const key = newKey()
  await puts(key, { text: 'right now' })
  await sends(key, 30)
  await runner.runUntilIdle()
  await sends(key, 0)
  await runner.runUntilIdle()
  assert.equal((await written('right now')).length, 1)
})

test('a worker that died after the post was written, before it could say so, makes no second one', async () => {
  const key = newKey()
  await puts(key, { text: 'killed between' })
  await sends(key, 0)
  await inTransaction(db, async (tx) =>
    publishDraft(tx, home.home, home.ana, key, new Map(), new Date(clock.now().getTime() + 1_000)),
  )
  // The row is as the dead worker left it: held, with its post.
  const { state } = await db
    .selectFrom('drafts')
    .select('state')
    .where('key', '=', key)
    .executeTakeFirstOrThrow()
  assert.equal(state, 'held')
  assert.equal((await looksAt(key)).state, 'sent')
  assert.equal((await undoes(key)).status, 409)
  await passes(20)
  assert.equal((await written('killed between')).length, 1)
})

test('a worker that died in the middle of writing leaves nothing, and the next one writes it', async () => {
  const key = newKey()
  await puts(key, { text: 'killed within' })
  await sends(key, 0)
  const dies = inTransaction(db, async (tx) => {
    await publishDraft(tx, home.home, home.ana, key, new Map(), new Date(clock.now().getTime() + 1_000))
    throw new Error('killed')
  })
  await assert.rejects(dies, /killed/)
  assert.deepEqual(await written('killed within'), [])
  await passes(2)
  assert.equal((await written('killed within')).length, 1)
})

test('what cannot be a post is refused before it is held', async () => {
  const flaws: ReadonlyArray<readonly [Partial<DraftContent>, number]> = [
    [{ text: '' }, 422],
    [{ text: 'x'.repeat(5_001) }, 422],
    [
      { text: 'a', poll: { options: ['one'], expiresInSeconds: 600, isMultiple: false, hidesTotals: false } },
      422,
    ],
    [{ text: 'a', replyTo: { id: '1', acct: 'x', displayName: '' } }, 404],
    [{ text: 'a', edit: { id: '1', acct: 'x', displayName: '' } }, 422],
  ]
  for (const [content, status] of flaws) {
    const key = newKey()
    await puts(key, content)
    assert.equal((await sends(key, 10)).status, status, JSON.stringify(content).slice(0, 80))
    assert.equal((await looksAt(key)).state, 'kept')
  }
})

test('what it answers went away while it was held: the draft is kept with the reason, and can be tried again', async () => {
  const target = await app.post<Status>('/api/v1/statuses', { status: 'soon gone' })
  const key = newKey()
  const replyTo = { id: target.id, acct: 'ana', displayName: 'Ana' }
  await puts(key, { text: 'an answer', replyTo })
  await sends(key, 5)
  await app.ask(`/api/v1/statuses/${target.id}`, { method: 'DELETE' })
  await passes(6)
  const failed = await looksAt(key)
  assert.deepEqual([failed.state, failed.text], ['failed', 'an answer'])
  assert.match(failed.failure ?? '', /is not there any more/)
  assert.equal(draftOf(await puts(key, { text: 'an answer' }, 1)).state, 'kept')
  await sends(key, 0, 2)
  await passes(1)
  assert.equal((await written('an answer')).length, 1)
})

test('an old revision is not sent', async () => {
  const key = newKey()
  await puts(key, { text: 'v1' })
  await puts(key, { text: 'v2' }, 1)
  assert.equal((await sends(key, 0, 1)).status, 409)
})

test('strangers and other sites see and change nothing', async () => {
  const key = newKey()
  await puts(key, { text: 'secret' })
  for (const [method, at] of [
    ['GET', '/api/homebird/v1/drafts'],
    ['GET', path(key)],
    ['PUT', path(key)],
    ['DELETE', path(key)],
    ['POST', `${path(key)}/send`],
    ['DELETE', `${path(key)}/send`],
  ] as const) {
    const body =
      method === 'GET' || method === 'DELETE'
        ? {}
        : { body: { draft: EMPTY_DRAFT, revision: 1, holdSeconds: 0 } }
    assert.equal((await owner.askAsStranger(at, { method, ...body })).status, 401, `${method} ${at}`)
  }
  const elsewhere = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  assert.ok((await owner.ask(path(key), { method: 'DELETE', headers: elsewhere })).status >= 401)
  assert.equal((await looksAt(key)).text, 'secret')
  assert.equal((await home.ask('/api/homebird/v1/drafts')).status, 404)
})
