/** The start of the window: one answer holds what the routes of its parts would say, and costs the same whatever is read. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { WindowStart } from '../../../server/contracts/owner-api.ts'
import { PASSWORD, openApiHome } from '../../support/api-home.ts'
import type { PlainAnswer, PlainRequest } from '../../support/http-client.ts'
import { type PrivateClient, openPrivateClient } from '../../support/private-client.ts'

const START = '/api/homebird/v1/start'
const STATE = '/api/homebird/v1/state'
const POSTS = 60
/** Two of the session, four of the state, one of preferences, one of markers, two of the account, eight of a page. */
const MOST_STATEMENTS = 18

const home = await openApiHome()
const ids: string[] = []
let window: PrivateClient

before(async () => {
  window = await openPrivateClient(home.context, PASSWORD)
  const ben = await home.others.actor('ben')
  for (let age = 0; age < POSTS; age += 1) {
    const publishedAt = new Date(Date.now() - (POSTS - age) * 60_000)
    ids.unshift((await home.others.post(ben, { shownTo: [home.ana], publishedAt })).id)
  }
})

async function start(query = '', request: PlainRequest = {}): Promise<WindowStart['answers']> {
  const answer = await window.ask(`${START}${query}`, request)
  assert.equal(answer.status, 200, answer.text())
  assert.match(String(answer.headers['set-cookie']), /Max-Age/, 'the session lives on')
  assert.match(String(answer.headers['cache-control']), /no-store/)
  return (answer.json() as unknown as WindowStart).answers
}

const addressesOf = (answers: WindowStart['answers']): string[] => answers.map(({ address }) => address)

async function setMarker(id: string): Promise<void> {
  const answer = await window.ask('/api/v1/markers', { method: 'POST', body: { home: { last_read_id: id } } })
  assert.equal(answer.status, 200, answer.text())
}

const linkOf = ({ headers }: PlainAnswer): string | null => (headers['link'] as string | undefined) ?? null

test('each part is what its own route answers, under the address by which the window asks', async () => {
  const answers = await start()
  assert.deepEqual(addressesOf(answers), [
    STATE,
    '/api/homebird/v1/preferences',
    '/api/v1/markers?timeline%5B%5D=home',
    '/api/v1/accounts/verify_credentials',
    '/api/v1/timelines/home?limit=40',
  ])
  for (const { address, body, link } of answers) {
    const own = await window.ask(address)
    assert.deepEqual(body, own.json(), address)
    assert.equal(link, linkOf(own), address)
  }
})

const pageFrom = (id: string | undefined): string =>
  `/api/v1/timelines/home?max_id=${BigInt(id ?? '') + 1n}&limit=40`

test('the page begins at the marker, or where the browser was unless another device has moved the marker since', async () => {
  await setMarker(ids[30] ?? '')
  for (const [query, top] of [
    ['', ids[30]],
    [`?place=${ids[10]}&marker=${ids[30]}`, ids[10]],
    [`?place=${ids[30]}`, ids[30]],
    [`?place=${ids[10]}&marker=${ids[40]}`, ids[30]],
    [`?place=${ids[10]}`, ids[30]],
    ['?place=nonsense&marker=1', ids[30]],
  ] as const) {
    const page = (await start(query)).at(-1)
    assert.equal(page?.address, pageFrom(top), query)
    assert.equal((page?.body as { id: string }[] | undefined)?.[0]?.id, top, query)
  }
})

test('a start costs a fixed number of statements', async () => {
  await start()
  const costOf = async (query: string): Promise<number> => {
    const earlier = home.statementCount()
    await start(query)
    return home.statementCount() - earlier
  }
  const last = ids.at(-1) ?? ''
  const [many, one] = [await costOf(''), await costOf(`?place=${last}&marker=${ids[30]}`)]
  assert.ok(many <= MOST_STATEMENTS, `${many} statements`)
  assert.ok(one <= many, `${one} statements for one post, ${many} for thirty`)
})

test('whoever is not signed in is told so and nothing else, and no other identity is made up', async () => {
  const answer = await window.askAsStranger(START)
  assert.equal(answer.status, 200)
  const { answers } = answer.json() as unknown as WindowStart
  assert.deepEqual(addressesOf(answers), [STATE])
  assert.equal((answers[0]?.body as { phase: string } | undefined)?.phase, 'signed_out')
  const elsewhere = await window.ask(START, { headers: { 'sec-fetch-site': 'cross-site' } })
  assert.deepEqual(addressesOf((elsewhere.json() as unknown as WindowStart).answers), [STATE])
  assert.equal((await window.ask(START, { headers: { 'x-homebird-identity': '77' } })).status, 403)
})

test('an app is told nothing either, whatever its token covers', async () => {
  for (const scopes of [['push'], ['read', 'write', 'follow', 'push']]) {
    const { token } = await home.app(scopes)
    const answer = await window.askAsStranger(START, { headers: { authorization: `Bearer ${token}` } })
    const { answers } = answer.json() as unknown as WindowStart
    assert.deepEqual(addressesOf(answers), [STATE])
  }
})
