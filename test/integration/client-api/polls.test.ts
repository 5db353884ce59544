import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Instance } from '../../../server/contracts/instance.ts'
import type { Poll } from '../../../server/contracts/poll.ts'
import type { Status, StatusContext, StatusEdit } from '../../../server/contracts/status.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { updateRemotePoll } from '../../../server/domain/polls/remote-poll.ts'
import { openApiHome } from '../../support/api-home.ts'
import { MINUTE_MS, MovedClock } from '../../support/polls.ts'
import { until } from '../../support/until.ts'

const clock = new MovedClock()
const home = await openApiHome({ clock })
const app = await home.app()

async function asks(poll: object, more: object = {}): Promise<Status> {
  return app.post<Status>('/api/v1/statuses', {
    status: 'which?',
    poll: { options: ['tea', 'coffee'], expires_in: 300, ...poll },
    ...more,
  })
}

/** A post of somebody elsewhere that asks something. */
async function isAsked(
  more: { isMultiple?: boolean; endsAt?: Date | null; votersCount?: number | null } = {},
) {
  const author = await home.others.actor(`vera${Math.random().toString(36).slice(2)}`)
  const post = await home.others.post(author)
  const poll = {
    options: [
      { title: 'a', votes: 2 },
      { title: 'b', votes: 0 },
    ],
    isMultiple: more.isMultiple ?? false,
    endsAt: more.endsAt === undefined ? new Date(clock.now().getTime() + 60 * MINUTE_MS) : more.endsAt,
    closedAt: null,
    votersCount: more.votersCount === undefined ? 2 : more.votersCount,
  }
  await inTransaction(home.db, async (tx) => updateRemotePoll(tx, post.id, poll, clock.now()))
  return { author, post }
}

async function refusal(path: string, body: object, method = 'POST'): Promise<readonly [number, string]> {
  const answer = await app.ask(path, { method, body })
  return [answer.status, String(answer.json()['error'])]
}

test('a post with a poll comes back with it, and the poll is found by its id', async () => {
  const before = Date.now()
  const status = await asks({ multiple: true, options: [' tea ', 'coffee', ''] })
  const { poll } = status
  assert.ok(poll)
  const { expires_at: expiresAt, ...rest } = poll
  assert.ok(Math.abs(Date.parse(expiresAt ?? '') - before - 300_000) < 20_000)
  assert.deepEqual(rest, {
    id: status.id,
    expired: false,
    multiple: true,
    votes_count: 0,
    voters_count: 0,
    options: [
      { title: 'tea', votes_count: 0 },
      { title: 'coffee', votes_count: 0 },
    ],
    emojis: [],
    voted: true,
    own_votes: [],
  })
  assert.deepEqual(await app.get<Poll>(`/api/v1/polls/${poll.id}`), poll)
  // A stranger sees what is public, and nothing about the viewer.
  const { voted: _v, own_votes: _o, ...open } = poll
  assert.deepEqual(await home.stranger().get<Poll>(`/api/v1/polls/${poll.id}`), open)
})

test('a poll comes from a form as from JSON', async () => {
  const form = await app.ask('/api/v1/statuses', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'status=which&poll[options][]=x&poll[options][]=y&poll[expires_in]=600&poll[multiple]=true&poll[hide_totals]=1',
  })
  assert.equal(form.status, 200, form.text())
  const { poll } = form.json() as unknown as Status
  assert.deepEqual(
    [poll?.multiple, poll?.options],
    [
      true,
      [
        { title: 'x', votes_count: null },
        { title: 'y', votes_count: null },
      ],
    ],
  )
})

test('what cannot be a poll is refused with a reason, within the limits that apps are told', async () => {
  const { polls } = (await app.get<Instance>('/api/v2/instance')).configuration
  const many = Array.from({ length: polls.max_options + 1 }, (_, n) => `option ${n}`)
  const cases: ReadonlyArray<readonly [object, RegExp]> = [
    [{ options: ['one'] }, /more than one item/],
    [{ options: ['same', ' same'] }, /duplicate/],
    [{ options: many }, /more than \d+ items/],
    [{ options: ['a', 'b'.repeat(polls.max_characters_per_option + 1)] }, /longer than/],
    [{ expires_in: polls.min_expiration - 1 }, /too soon/],
    [{ expires_in: undefined }, /too soon/],
    [{ expires_in: polls.max_expiration + 1 }, /too far/],
  ]
  for (const [poll, reason] of cases) {
    const body = { status: 'x', poll: { options: ['a', 'b'], expires_in: 300, ...poll } }
    const [status, error] = await refusal('/api/v1/statuses', body)
    assert.equal(status, 422, JSON.stringify(poll))
    assert.match(error, reason)
  }
  const most = { options: many.slice(1), expires_in: polls.max_expiration }
  assert.equal((await asks(most)).poll?.options.length, polls.max_options)
})

test('a vote in a poll elsewhere is counted at once, and once', async () => {
  const { post } = await isAsked()
  const path = `/api/v1/polls/${post.id}/votes`
  const poll = await app.post<Poll>(path, { choices: ['1'] })
  assert.deepEqual([poll.voted, poll.own_votes, poll.votes_count, poll.voters_count], [true, [1], 3, 3])
  assert.deepEqual(await refusal(path, { choices: [0] }), [
    422,
    'Validation failed: You have already voted on this poll',
  ])
  const shown = await app.get<Status>(`/api/v1/statuses/${post.id}`)
  assert.deepEqual(shown.poll, poll)
  const waiting = await home.db
    .selectFrom('poll_votes')
    .select('state')
    .where('poll_id', '=', post.id)
    .execute()
  assert.deepEqual(waiting, [{ state: 'new' }])
})

test('of several choices more can be made later, but none twice', async () => {
  const { post } = await isAsked({ isMultiple: true, votersCount: null })
  const path = `/api/v1/polls/${post.id}/votes`
  await app.post<Poll>(path, { choices: [1] })
  assert.equal((await refusal(path, { choices: [0, 1] }))[0], 422)
  const poll = await app.post<Poll>(path, { choices: [0] })
  assert.deepEqual([poll.own_votes, poll.votes_count, poll.voters_count], [[0, 1], 4, null])
})

test('votes that cannot be are refused as other servers refuse them', async () => {
  const own = await asks({})
  const asked = await isAsked()
  const over = await isAsked({ endsAt: new Date(clock.now().getTime() - 1) })
  const plain = await app.post<Status>('/api/v1/statuses', { status: 'no question' })
  const cases: ReadonlyArray<readonly [string, object, number, RegExp]> = [
    [own.id, { choices: [0] }, 422, /own poll/],
    [over.post.id, { choices: [0] }, 422, /already ended/],
    [asked.post.id, { choices: [2] }, 422, /does not exist/],
    [asked.post.id, { choices: [-1] }, 422, /choices/],
    [asked.post.id, { choices: [] }, 422, /does not exist/],
    [asked.post.id, {}, 422, /does not exist/],
    [asked.post.id, { choices: [0, 1] }, 422, /one choice/],
    [plain.id, { choices: [0] }, 404, /not found/],
    ['abc', { choices: [0] }, 404, /not found/],
  ]
  for (const [id, body, status, reason] of cases) {
    const [got, error] = await refusal(`/api/v1/polls/${id}/votes`, body)
    assert.equal(got, status, `${id} ${JSON.stringify(body)}`)
    assert.match(error, reason)
  }
  assert.equal((await app.ask(`/api/v1/polls/${plain.id}`)).status, 404)
  const reader = await home.app(['read'])
  const denied = await reader.ask(`/api/v1/polls/${asked.post.id}/votes`, {
    method: 'POST',
    body: { choices: [0] },
  })
  assert.equal(denied.status, 403)
})

test('a poll that cannot be seen is not there', async () => {
  const author = await home.others.actor('silent')
  const post = await home.others.post(author, { visibility: 'followers' })
  const options = ['a', 'b'].map((title) => ({ title, votes: 0 }))
  const poll = { options, isMultiple: false, endsAt: null, closedAt: null, votersCount: 0 }
  await inTransaction(home.db, async (tx) => updateRemotePoll(tx, post.id, poll, clock.now()))
  assert.equal((await app.ask(`/api/v1/polls/${post.id}`)).status, 404)
  assert.equal((await refusal(`/api/v1/polls/${post.id}/votes`, { choices: [0] }))[0], 404)
  const own = await asks({}, { visibility: 'private' })
  assert.equal((await home.stranger().ask(`/api/v1/polls/${own.id}`)).status, 404)
})

test('identities of one home vote in each other’s polls', async () => {
  const ben = await addIdentity(home.db, { username: 'ben', displayName: 'Ben', domain: null }, clock)
  const other = await home.app(['read', 'write'], ben.id)
  const asked = await asks({ hide_totals: true })
  const voted = await other.post<Poll>(`/api/v1/polls/${asked.id}/votes`, { choices: [0] })
  assert.deepEqual([voted.voted, voted.own_votes, voted.voters_count], [true, [0], 1])
  assert.deepEqual(
    voted.options.map((option) => option.votes_count),
    [null, null],
  )
  // The author learns how many voted, not who; and what, when it is over.
  const seen = await app.get<Poll>(`/api/v1/polls/${asked.id}`)
  assert.deepEqual([seen.votes_count, seen.own_votes, seen.expired], [1, [], false])
  clock.move(6 * MINUTE_MS)
  const over = await app.get<Poll>(`/api/v1/polls/${asked.id}`)
  assert.equal(over.expired, true)
  assert.deepEqual(
    over.options.map((option) => option.votes_count),
    [1, 0],
  )
})

test('an edit keeps the poll that it does not name, changes the one that it names, and takes it away', async () => {
  const asked = await asks({ options: ['tea', 'coffee'] })
  const put = async (body: object): Promise<Status> =>
    app.call<Status>('PUT', `/api/v1/statuses/${asked.id}`, body)
  const kept = await put({ status: 'which one?' })
  assert.deepEqual(kept.poll?.options, asked.poll?.options)
  const changed = await put({ status: 'which one?', poll: { options: ['tea', 'milk'], expires_in: 600 } })
  assert.deepEqual(
    changed.poll?.options.map(({ title }) => title),
    ['tea', 'milk'],
  )
  const gone = await put({ status: 'never mind', poll: { options: [] } })
  assert.equal(gone.poll, null)
  const versions = await app.get<StatusEdit[]>(`/api/v1/statuses/${asked.id}/history`)
  assert.deepEqual(
    versions.map(({ poll }) => poll?.options.map(({ title }) => title) ?? null),
    [['tea', 'coffee'], ['tea', 'coffee'], ['tea', 'milk'], null],
  )
})

test('a boost shows the poll of what it carries', async () => {
  const { post } = await isAsked()
  const boost = await app.post<Status>(`/api/v1/statuses/${post.id}/reblog`)
  assert.equal(boost.poll, null)
  assert.equal(boost.reblog?.poll?.id, post.id)
})

test('a page of polls costs as many statements as a page of anything', async () => {
  const cost = async (): Promise<number> => {
    const before = home.statementCount()
    await app.get<Status[]>(`/api/v1/accounts/${home.ana.id}/statuses?limit=40`)
    return home.statementCount() - before
  }
  await cost()
  const few = await cost()
  for (let n = 0; n < 12; n += 1) await asks({})
  assert.equal(await cost(), few)
})

test('who opens an old poll, alone or in its thread, has it read again', async () => {
  const { post } = await isAsked()
  const other = await isAsked()
  clock.move(3 * MINUTE_MS)
  const state = async (id: string): Promise<string | undefined> =>
    (await home.db.selectFrom('polls').select('state').where('id', '=', id).executeTakeFirst())?.state
  await home.stranger().get<Poll>(`/api/v1/polls/${post.id}`)
  await app.get<Poll>(`/api/v1/polls/${post.id}`)
  await until('it is read again', async () => (await state(post.id)) === 'outdated')
  await home.stranger().get<StatusContext>(`/api/v1/statuses/${other.post.id}/context`)
  assert.equal(await state(other.post.id), 'seen')
  await app.get<StatusContext>(`/api/v1/statuses/${other.post.id}/context`)
  await until('it is read again', async () => (await state(other.post.id)) === 'outdated')
})
