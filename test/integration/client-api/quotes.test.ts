/** Quotes as apps see and make them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { CredentialAccount } from '../../../server/contracts/account.ts'
import type { Notification } from '../../../server/contracts/notification.ts'
import type { Quote, ShallowQuote, Status } from '../../../server/contracts/status.ts'
import { openApiHome } from '../../support/api-home.ts'

const home = await openApiHome()
const app = await home.app()
const stranger = home.stranger()
const quinn = await home.others.actor('quinn')

const writes = async (body: object): Promise<Status> =>
  app.post<Status>('/api/v1/statuses', { status: 'look at this', ...body })
const reads = async (id: string): Promise<Status> => app.get<Status>(`/api/v1/statuses/${id}`)
const wholeOf = (status: Status): Quote => status.quote as Quote

async function setPolicy(postId: string, automatic: readonly string[], manual: readonly string[] = []) {
  await sql`update posts set quote_automatic = ${automatic}::text[], quote_manual = ${manual}::text[]
             where id = ${postId}`.execute(home.db)
}

async function refusal(body: object): Promise<[number, string]> {
  const answer = await app.ask('/api/v1/statuses', { method: 'POST', body: { status: 'no', ...body } })
  return [answer.status, answer.text()]
}

test('a quote carries the quoted status, and that one only names its own quote', async () => {
  const first = await writes({ status: 'the first' })
  const second = await writes({ status: 'the second', quoted_status_id: first.id })
  const third = await writes({ status: 'the third', quoted_status_id: second.id })
  assert.equal(wholeOf(third).state, 'accepted')
  assert.equal(wholeOf(third).quoted_status?.id, second.id)
  const inner = wholeOf(third).quoted_status?.quote as ShallowQuote
  assert.deepEqual(inner, { state: 'accepted', quoted_status_id: first.id })
  assert.equal((await reads(first.id)).quotes_count, 1)
  assert.match(third.content, /^<p class="quote-inline">RE: /)
  const listed = await app.get<Status[]>(`/api/v1/statuses/${first.id}/quotes`)
  assert.deepEqual(
    listed.map(({ id }) => id),
    [second.id],
  )
  const boost = await app.post<Status>(`/api/v1/statuses/${third.id}/reblog`)
  assert.equal(boost.reblog === null ? null : wholeOf(boost.reblog).quoted_status?.id, second.id)
})

test('what cannot be quoted is refused as Mastodon refuses it', async () => {
  const theirs = await home.others.post(quinn)
  const forNobody = await home.others.post(quinn)
  await setPolicy(forNobody.id, [])
  const boost = await home.others.post(quinn, { boostOf: theirs, shownTo: [home.ana] })
  const direct = await writes({ status: 'just me', visibility: 'direct' })
  const hidden = await home.others.post(quinn, { visibility: 'followers' })
  assert.equal((await refusal({ quoted_status_id: boost.id }))[0], 422)
  assert.equal((await refusal({ quoted_status_id: direct.id }))[0], 422)
  const [status, text] = await refusal({ quoted_status_id: forNobody.id })
  assert.equal(status, 422)
  assert.match(text, /not allowed to quote/)
  assert.equal((await refusal({ quoted_status_id: hidden.id }))[0], 404)
  assert.equal((await refusal({ quoted_status_id: '1' }))[0], 404)
  const behind = await refusal({ quoted_status_id: theirs.id, visibility: 'direct' })
  assert.equal(behind[0], 422)
})

test('a post for followers is quoted among followers, whatever was asked', async () => {
  const first = await writes({ status: 'among us', visibility: 'private' })
  const second = await writes({ quoted_status_id: first.id, visibility: 'public' })
  assert.equal(second.visibility, 'private')
})

test('a quote that waits, was refused or taken back shows nothing but that', async () => {
  const theirs = await home.others.post(quinn)
  await setPolicy(theirs.id, ['public'])
  const quote = await writes({ quoted_status_id: theirs.id })
  assert.deepEqual(quote.quote, { state: 'pending', quoted_status: null })
  for (const state of ['rejected', 'revoked', 'unauthorized', 'deleted'] as const) {
    await home.db.updateTable('quotes').set({ approval: state }).where('post_id', '=', quote.id).execute()
    assert.deepEqual((await reads(quote.id)).quote, { state, quoted_status: null })
  }
})

test('nobody is shown by a quote what they may not see', async () => {
  const secret = await home.others.post(quinn, { visibility: 'followers', html: '<p>among friends</p>' })
  const theirs = await home.others.post(quinn)
  await home.db
    .insertInto('quotes')
    .values({ post_id: theirs.id, quoted_uri: secret.uri, host: 'peer.example', quoted_id: secret.id })
    .execute()
  await home.db.updateTable('quotes').set({ approval: 'accepted', state: 'settled' }).execute()
  for (const client of [app, stranger]) {
    const answer = await client.ask(`/api/v1/statuses/${theirs.id}`)
    assert.doesNotMatch(answer.text(), /among friends/)
    assert.doesNotMatch(answer.text(), new RegExp(secret.id))
    assert.deepEqual((answer.json() as unknown as Status).quote, {
      state: 'unauthorized',
      quoted_status: null,
    })
  }
})

test('a quote of somebody who is blocked or muted says so, and one of a blocker shows nothing', async () => {
  const mallory = await home.others.actor('mallory')
  const theirs = await home.others.post(mallory)
  const quote = await writes({ quoted_status_id: theirs.id })
  assert.equal(wholeOf(quote).state, 'accepted')
  await app.post(`/api/v1/accounts/${mallory.id}/mute`)
  assert.equal(wholeOf(await reads(quote.id)).state, 'muted_account')
  await app.post(`/api/v1/accounts/${mallory.id}/block`)
  const blocked = wholeOf(await reads(quote.id))
  assert.equal(blocked.state, 'blocked_account')
  assert.equal(blocked.quoted_status?.id, theirs.id)
  await home.db
    .insertInto('blocks')
    .values({
      uri: `${mallory.uri}/blocks/1`,
      source_id: mallory.id,
      target_id: home.ana.id,
      state: 'sent',
      state_next_attempt_at: null,
    })
    .execute()
  assert.deepEqual((await reads(quote.id)).quote, { state: 'unauthorized', quoted_status: null })
})

test('who may quote a post is said in words, and for the reader', async () => {
  const theirs = await home.others.post(quinn)
  const approval = async () => (await reads(theirs.id)).quote_approval
  assert.deepEqual(await approval(), { automatic: ['public'], manual: [], current_user: 'automatic' })
  await setPolicy(theirs.id, ['followers'], ['public'])
  assert.deepEqual(await approval(), {
    automatic: ['followers'],
    manual: ['public'],
    current_user: 'manual',
  })
  await home.others.follow(home.ana, quinn)
  assert.equal((await approval()).current_user, 'automatic')
  await setPolicy(theirs.id, ['https://peer.example/users/friend'])
  assert.deepEqual(await approval(), {
    automatic: ['unsupported_policy'],
    manual: [],
    current_user: 'unknown',
  })
  await setPolicy(theirs.id, [home.ana.uri])
  assert.equal((await approval()).current_user, 'automatic')
  await setPolicy(theirs.id, [])
  assert.deepEqual(await approval(), { automatic: [], manual: [], current_user: 'denied' })
  const seen = await stranger.get<Status>(`/api/v1/statuses/${theirs.id}`)
  assert.equal(seen.quote_approval.current_user, 'denied')
})

test('the policy is chosen for all posts, for one, and afterwards', async () => {
  const credentials = await app.call<CredentialAccount>('PATCH', '/api/v1/accounts/update_credentials', {
    source: { quote_policy: 'followers' },
  })
  assert.equal(credentials.source.quote_policy, 'followers')
  const preferences = await app.get<Record<string, unknown>>('/api/v1/preferences')
  assert.equal(preferences['posting:default:quote_policy'], 'followers')
  const usual = await writes({})
  assert.deepEqual(usual.quote_approval.automatic, ['followers'])
  const open = await writes({ quote_approval_policy: 'public' })
  assert.deepEqual(open.quote_approval.automatic, ['public'])
  const whispered = await writes({ quote_approval_policy: 'public', visibility: 'private' })
  assert.deepEqual(whispered.quote_approval.automatic, [])
  const changed = await app.call<Status>('PUT', `/api/v1/statuses/${open.id}/interaction_policy`, {
    quote_approval_policy: 'nobody',
  })
  assert.deepEqual(changed.quote_approval, { automatic: [], manual: [], current_user: 'automatic' })
  const edited = await app.call<Status>('PUT', `/api/v1/statuses/${open.id}`, {
    status: 'look at this',
    quote_approval_policy: 'public',
  })
  assert.deepEqual([edited.quote_approval.automatic, edited.edited_at], [['public'], null])
  const theirs = await home.others.post(quinn)
  const path = `/api/v1/statuses/${theirs.id}/interaction_policy`
  const answer = await app.ask(path, { method: 'PUT', body: { quote_approval_policy: 'nobody' } })
  assert.equal(answer.status, 404)
})

test('only the quoted author takes a quote back, and only one that is there', async () => {
  const mine = await writes({ quote_approval_policy: 'public' })
  const theirs = await home.others.post(quinn)
  const path = `/api/v1/statuses/${mine.id}/quotes/${theirs.id}/revoke`
  assert.equal((await app.ask(path, { method: 'POST' })).status, 404)
  await home.db
    .insertInto('quotes')
    .values({
      post_id: theirs.id,
      quoted_uri: mine.uri,
      host: 'home.example',
      quoted_id: mine.id,
      quoted_author_id: home.ana.id,
      approval: 'accepted',
      state: 'settled',
    })
    .execute()
  const other = await home.others.actor('other')
  const foreign = await home.others.post(other)
  const wrong = await app.ask(`/api/v1/statuses/${foreign.id}/quotes/${theirs.id}/revoke`, { method: 'POST' })
  assert.equal(wrong.status, 404)
  const revoked = await app.post<Status>(path)
  assert.deepEqual([revoked.id, revoked.quote], [theirs.id, { state: 'revoked', quoted_status: null }])
  assert.deepEqual(await app.get(`/api/v1/statuses/${mine.id}/quotes`), [])
  assert.equal((await reads(mine.id)).quotes_count, 0)
})

test('a quote is told as a notification of its own', async () => {
  const mine = await writes({})
  const theirs = await home.others.post(quinn)
  await home.db
    .insertInto('notifications')
    .values({ actor_id: home.ana.id, kind: 'quote', from_actor_id: quinn.id, post_id: theirs.id })
    .execute()
  const [told] = await app.get<Notification[]>('/api/v1/notifications?types[]=quote')
  assert.deepEqual([told?.type, told?.status?.id], ['quote', theirs.id])
  assert.ok(mine.id)
})
