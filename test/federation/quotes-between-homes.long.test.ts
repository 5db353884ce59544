/** Two homes over TLS on loopback quote each other: asked, agreed to, seen, and taken back. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Json } from '../support/http-client.ts'
import { type MetHome, type TwoHomes, openTwoHomes } from '../support/two-homes.ts'
import { until } from '../support/until.ts'

let homes: TwoHomes
before(async () => {
  homes = await openTwoHomes({ names: ['ada.example', 'bea.example'] })
})
after(async () => homes?.[Symbol.asyncDispose]())

async function follows(one: MetHome, other: MetHome): Promise<void> {
  const account = await one.owner.find(`@${other.handle}`)
  await one.owner.call('POST', `/api/v1/accounts/${account['id']}/follow`)
  await until('the follow', async () => (await one.owner.relationship(String(account['id'])))['following'])
}

async function seenBy(home: MetHome, text: string): Promise<Json> {
  return until(`"${text}" in the timeline`, async () =>
    (await home.owner.homeTimeline()).find((post) => String(post['content']).includes(text)),
  )
}

const stateOf = async (home: MetHome, id: unknown): Promise<string> =>
  String((await home.owner.get(`/api/v1/statuses/${id}`))['quote']?.['state'])

/** The reader writes, the quoter quotes; both see it until the author takes it back. */
async function quoteAndRevoke(author: MetHome, quoter: MetHome, text: string): Promise<void> {
  await author.owner.writes(text)
  const original = await seenBy(quoter, text)
  assert.equal(original['quote_approval']?.['current_user'], 'automatic')
  const quote = await quoter.owner.writes(`see: ${text}!`, { quoted_status_id: original['id'] })
  await until('the agreement', async () => (await stateOf(quoter, quote['id'])) === 'accepted')
  const arrived = await seenBy(author, `see: ${text}!`)
  await until('the quote is shown', async () => (await stateOf(author, arrived['id'])) === 'accepted')
  await until('the author is told', async () => {
    const [told] = await author.owner.list('/api/v1/notifications?types[]=quote')
    return told?.['status']?.['id'] === arrived['id']
  })
  const own = await until('it is counted', async () =>
    (await author.owner.homeTimeline()).find(
      (post) => post['uri'] === original['uri'] && Number(post['quotes_count']) === 1,
    ),
  )
  await author.owner.call('POST', `/api/v1/statuses/${own['id']}/quotes/${arrived['id']}/revoke`)
  await until('it is taken back', async () => (await stateOf(quoter, quote['id'])) === 'revoked')
}

test('each of two homes quotes the other, and each takes its agreement back', async () => {
  const { a, b } = homes
  await follows(a, b)
  await follows(b, a)
  await quoteAndRevoke(b, a, 'bea has a thought')
  await quoteAndRevoke(a, b, 'ada has another')
})

test('what is for nobody to quote is not offered', async () => {
  const { a, b } = homes
  await b.owner.writes('keep this here', { quote_approval_policy: 'nobody' })
  const original = await seenBy(a, 'keep this here')
  assert.equal(original['quote_approval']?.['current_user'], 'denied')
  const answer = await a.owner.raw('/api/v1/statuses', {
    method: 'POST',
    body: { status: 'but I want to', quoted_status_id: original['id'] },
  })
  assert.equal(answer.status, 422)
})
