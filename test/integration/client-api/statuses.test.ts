import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Account, CredentialAccount } from '../../../server/contracts/account.ts'
import type { Status, StatusContext, StatusEdit, StatusSource } from '../../../server/contracts/status.ts'
import { openApiHome } from '../../support/api-home.ts'

const home = await openApiHome()
const app = await home.app()

test('a post comes back as a complete status and is found again by its id', async () => {
  const written = await app.post<Status>('/api/v1/statuses', {
    status: 'Hello #World, <b>not bold</b>',
    spoiler_text: 'greeting',
    visibility: 'unlisted',
    language: 'en',
  })
  assert.equal(written.visibility, 'unlisted')
  assert.equal(written.spoiler_text, 'greeting')
  assert.equal(written.sensitive, true)
  assert.equal(written.language, 'en')
  assert.match(written.content, /&lt;b&gt;not bold&lt;\/b&gt;/)
  assert.deepEqual(
    written.tags.map((tag) => tag.name),
    ['world'],
  )
  assert.equal(written.account.acct, 'ana')
  assert.equal(written.uri, `https://home.example/ap/posts/${written.id}`)
  assert.equal(written.application?.name, 'Test app')
  assert.equal(written.pinned, false)
  assert.deepEqual(written.filtered, [])
  const read = await app.get<Status>(`/api/v1/statuses/${written.id}`)
  assert.deepEqual(read, written)
})

test('every member that apps read is there, empty where there is nothing', async () => {
  const status = await app.post<Record<string, unknown>>('/api/v1/statuses', { status: 'complete' })
  const members = `
    id uri url created_at edited_at account content visibility sensitive spoiler_text media_attachments mentions tags
    emojis reblogs_count favourites_count replies_count quotes_count in_reply_to_id in_reply_to_account_id reblog poll
    card quote quote_approval language application favourited reblogged muted bookmarked pinned filtered
    emoji_reactions reactions`
    .trim()
    .split(/\s+/)
  for (const member of members) assert.notEqual(status[member], undefined, member)
})

test('forms and multipart forms write the same post as JSON', async () => {
  const form = await app.ask('/api/v1/statuses', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'status=from+a+form&sensitive=1&visibility=private&media_ids[]=',
  })
  assert.equal(form.status, 200, form.text())
  assert.equal((form.json() as unknown as Status).visibility, 'private')
  assert.equal((form.json() as unknown as Status).sensitive, true)
  const boundary = 'edge'
  const multipart = await app.ask('/api/v1/statuses', {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: `--${boundary}\r\ncontent-disposition: form-data; name="status"\r\n\r\nfrom parts\r\n--${boundary}--\r\n`,
  })
  assert.equal(multipart.status, 200, multipart.text())
  assert.match((multipart.json() as unknown as Status).content, /from parts/)
})

test('content types that nobody reads are refused', async () => {
  for (const type of ['text/plain', 'application/xml', 'application/jsonx', 'image/png']) {
    const answer = await app.ask('/api/v1/statuses', {
      method: 'POST',
      headers: { 'content-type': type },
      body: 'status=x',
    })
    assert.equal(answer.status, 415, type)
  }
})

test('what cannot be a post is refused with a reason', async () => {
  const cases: ReadonlyArray<readonly [object, RegExp]> = [
    [{ status: '   ' }, /blank/],
    [{ status: 'x'.repeat(5_001) }, /limit/],
    [{ status: 'x', visibility: 'everyone' }, /visibility/],
    [{ status: 'x', scheduled_at: 'tomorrow' }, /no valid date/],
    [{ status: 'x', poll: { options: ['a', 'b'] } }, /too soon/],
    [{ status: 'x', media_ids: ['abc'] }, /media_ids/],
    [{ status: { deep: 'x' } }, /status/],
  ]
  for (const [body, reason] of cases) {
    const answer = await app.ask('/api/v1/statuses', { method: 'POST', body })
    assert.equal(answer.status, 422, JSON.stringify(body).slice(0, 80))
    assert.match(String(answer.json()['error']), reason)
  }
  const poisoned = await app.ask('/api/v1/statuses', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"status":"x","__proto__":{"a":1}}',
  })
  assert.equal(poisoned.status, 400)
})

test('the same key writes once, also when both requests come together', async () => {
  const send = async (): Promise<Status> => {
    const answer = await app.ask('/api/v1/statuses', {
      method: 'POST',
      headers: { 'idempotency-key': 'only-once' },
      body: { status: 'sent twice' },
    })
    assert.equal(answer.status, 200, answer.text())
    return answer.json() as unknown as Status
  }
  const answers = await Promise.all([send(), send(), send()])
  answers.push(await send())
  assert.equal(new Set(answers.map((status) => status.id)).size, 1)
  const other = await home.app()
  const elsewhere = await other.ask('/api/v1/statuses', {
    method: 'POST',
    headers: { 'idempotency-key': 'only-once' },
    body: { status: 'sent by another app' },
  })
  assert.notEqual((elsewhere.json() as unknown as Status).id, answers[0]?.id)
})

test('an edit keeps the former version, and the source stays what was typed', async () => {
  const written = await app.post<Status>('/api/v1/statuses', { status: 'first *words*' })
  assert.equal((await app.get<StatusSource>(`/api/v1/statuses/${written.id}/source`)).text, 'first *words*')
  const edited = await app.call<Status>('PUT', `/api/v1/statuses/${written.id}`, { status: 'second words' })
  assert.match(edited.content, /second words/)
  assert.notEqual(edited.edited_at, null)
  const history = await app.get<StatusEdit[]>(`/api/v1/statuses/${written.id}/history`)
  assert.deepEqual(
    history.map((version) => version.content),
    ['<p>first *words*</p>', '<p>second words</p>'],
  )
  assert.equal(history[0]?.created_at, written.created_at)
  assert.equal(history[1]?.created_at, edited.edited_at)
})

test('what an edit leaves out is lost only where the app means it', async () => {
  const poll = { options: ['one', 'two'], expires_in: 3_600 }
  const writes = async (): Promise<Status> => {
    const status = await app.post<Status>('/api/v1/statuses', { status: 'old', spoiler_text: 'sea', poll })
    const row = {
      post_id: status.id,
      owner_actor_id: home.ana.id,
      kind: 'image',
      media_type: 'image/png',
    } as const
    await home.db
      .insertInto('attachments')
      .values({ ...row, file_key: `ab/${'c'.repeat(62)}.png` })
      .execute()
    return status
  }
  const json = (body: object) => ({ body })
  const form = (body: string) => ({ body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  type Kept = readonly [text: string, warning: string, sensitive: boolean, files: number, options: number]
  const edits: ReadonlyArray<
    readonly [string, { body: object | string; headers?: Record<string, string> }, Kept]
  > = [
    ['a script with a text', json({ status: 'new' }), ['new', '', false, 1, 2]],
    ['the same as a form', form('status=new'), ['new', '', false, 1, 2]],
    ['a script that names the warning', form('status=new&spoiler_text=sea'), ['new', 'sea', true, 1, 2]],
    ['a script that knows one thing', json({ sensitive: true }), ['old', 'sea', true, 1, 2]],
    [
      'a whole form without files',
      json({ status: 'new', spoiler_text: '', sensitive: false, media_ids: [] }),
      ['new', '', false, 0, 2],
    ],
    ['the same as a form has it', form('status=new&sensitive=false&media_ids[]='), ['new', '', false, 0, 2]],
    [
      'null where nothing is meant',
      json({ status: 'new', media_ids: null, poll: null }),
      ['new', '', false, 1, 2],
    ],
    ['a poll that is taken away', json({ status: 'new', poll: { options: [] } }), ['new', '', false, 1, 0]],
  ]
  for (const [name, request, kept] of edits) {
    const { id } = await writes()
    const answer = await app.ask(`/api/v1/statuses/${id}`, { method: 'PUT', ...request })
    assert.equal(answer.status, 200, `${name}: ${answer.text()}`)
    const now = answer.json() as unknown as Status
    const { text } = await app.get<StatusSource>(`/api/v1/statuses/${id}/source`)
    const found = [
      text,
      now.spoiler_text,
      now.sensitive,
      now.media_attachments.length,
      now.poll?.options.length ?? 0,
    ]
    assert.deepEqual(found, kept, name)
  }
  const { id } = await writes()
  await app.call('PUT', `/api/v1/statuses/${id}`, { status: 'x', spoiler_text: 'sea', sensitive: true })
  await home.db.updateTable('posts').set({ summary: '', is_sensitive: true }).where('id', '=', id).execute()
  const hidden = await app.call<Status>('PUT', `/api/v1/statuses/${id}`, {
    status: 'an app without that switch',
  })
  assert.equal(hidden.sensitive, true, 'what was hidden stays hidden')
})

test('a deleted post gives back its text and is gone', async () => {
  const written = await app.post<Status>('/api/v1/statuses', { status: 'to be written again' })
  const deleted = await app.call<Status>('DELETE', `/api/v1/statuses/${written.id}`)
  assert.equal(deleted.text, 'to be written again')
  assert.equal((await app.ask(`/api/v1/statuses/${written.id}`)).status, 404)
})

test('a reply stands in the context of its parent, in reading order', async () => {
  const { others, ana } = home
  const ben = await others.actor('ben')
  const root = await app.post<Status>('/api/v1/statuses', { status: 'root' })
  const rootRow = await home.db
    .selectFrom('posts')
    .selectAll()
    .where('id', '=', root.id)
    .executeTakeFirstOrThrow()
  const theirs = await others.post(ben, { html: '<p>theirs</p>', inReplyTo: rootRow })
  const hidden = await others.post(ben, {
    html: '<p>to others</p>',
    inReplyTo: rootRow,
    visibility: 'direct',
  })
  const below = await others.post(ben, { html: '<p>below the hidden</p>', inReplyTo: hidden })
  const mine = await app.post<Status>('/api/v1/statuses', { status: 'mine', in_reply_to_id: root.id })
  const deep = await app.post<Status>('/api/v1/statuses', { status: 'deep', in_reply_to_id: theirs.id })
  assert.equal(deep.in_reply_to_account_id, ben.id)
  const context = await app.get<StatusContext>(`/api/v1/statuses/${root.id}/context`)
  assert.deepEqual(
    context.descendants.map((status) => status.id),
    [mine.id, theirs.id, deep.id, below.id],
  )
  const up = await app.get<StatusContext>(`/api/v1/statuses/${deep.id}/context`)
  assert.deepEqual(
    up.ancestors.map((status) => status.id),
    [root.id, theirs.id],
  )
  assert.equal(ana.username, 'ana')
})

test('likes, boosts, bookmarks, pins and muted threads are shown and undone', async () => {
  const { others } = home
  const cleo = await others.actor('cleo')
  const theirs = await others.post(cleo)
  const path = `/api/v1/statuses/${theirs.id}`
  assert.equal((await app.post<Status>(`${path}/favourite`)).favourited, true)
  assert.equal((await app.post<Status>(`${path}/favourite`)).favourites_count, 1)
  assert.equal((await app.get<Status[]>('/api/v1/favourites'))[0]?.id, theirs.id)
  assert.deepEqual(
    (await app.get<Account[]>(`${path}/favourited_by`)).map((account) => account.acct),
    ['ana'],
  )
  assert.equal((await app.post<Status>(`${path}/unfavourite`)).favourited, false)
  const boost = await app.post<Status>(`${path}/reblog`)
  assert.equal(boost.reblog?.id, theirs.id)
  assert.equal(boost.reblog.reblogged, true)
  assert.equal((await app.post<Status>(`${path}/reblog`)).id, boost.id)
  assert.deepEqual(
    (await app.get<Account[]>(`${path}/reblogged_by`)).map((account) => account.acct),
    ['ana'],
  )
  assert.equal((await app.post<Status>(`/api/v1/statuses/${boost.id}/unreblog`)).reblogged, false)
  assert.equal((await app.post<Status>(`${path}/bookmark`)).bookmarked, true)
  assert.equal((await app.get<Status[]>('/api/v1/bookmarks'))[0]?.id, theirs.id)
  assert.equal((await app.post<Status>(`${path}/unbookmark`)).bookmarked, false)
  assert.equal((await app.post<Status>(`${path}/mute`)).muted, true)
  assert.equal((await app.post<Status>(`${path}/unmute`)).muted, false)
  assert.equal((await app.ask(`${path}/pin`, { method: 'POST' })).status, 422)
  const mine = await app.post<Status>('/api/v1/statuses', { status: 'first of all' })
  assert.equal((await app.post<Status>(`/api/v1/statuses/${mine.id}/pin`)).pinned, true)
  const me = await app.get<CredentialAccount>('/api/v1/accounts/verify_credentials')
  const pinned = await home.stranger().get<Status[]>(`/api/v1/accounts/${me.id}/statuses?pinned=true`)
  assert.deepEqual(
    pinned.map((status) => status.id),
    [mine.id],
  )
})
