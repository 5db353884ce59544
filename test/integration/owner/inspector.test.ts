/** The federation inspector: what came and went, what became of it, and once more. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { generateKeyPairSync } from 'node:crypto'
import type {
  InspectorDetail,
  InspectorEntry,
  InspectorFetch,
  InspectorPage,
} from '../../../server/contracts/inspector.ts'
import { multikeyOf, withProof } from '../../support/fake-peer-proofs.ts'
import { type FakeActor, openFakePeer } from '../../support/fake-peer.ts'
import { type FederationHome, openFederationHome } from '../../support/federation-home.ts'
import { type PrivateClient, openPrivateClient } from '../../support/private-client.ts'

const API = '/api/homebird/v1/inspector'
const peer = await openFakePeer()
const other = await openFakePeer(undefined, { host: 'other.example' })
let home: FederationHome
let owner: PrivateClient
let ana: FakeActor
before(async () => {
  home = await openFederationHome({ peers: [peer, other] })
  owner = await openPrivateClient(home.context, 'correct horse battery')
  ana = peer.actor('ana')
  await home.follows(ana)
})

async function list(query: Record<string, string> = {}): Promise<InspectorPage> {
  const answer = await owner.ask(`${API}?${new URLSearchParams(query).toString()}`)
  assert.equal(answer.status, 200, answer.text())
  return answer.json() as unknown as InspectorPage
}

async function entryOf(activity: { readonly id: string }): Promise<InspectorEntry> {
  const { entries } = await list({ text: activity.id })
  const found = entries.find(({ activityUri }) => activityUri === activity.id)
  assert.ok(found, `${activity.id} is listed`)
  return found
}

async function detail(id: string): Promise<InspectorDetail> {
  return (await owner.ask(`${API}/${id}`)).json() as unknown as InspectorDetail
}

async function replay(id: string) {
  const answer = await owner.ask(`${API}/${id}/replay`, { method: 'POST' })
  assert.equal(answer.status, 200, answer.text())
  return answer.json()['outcome']
}

test('what came in is listed with who signed it, how, and what became of it', async () => {
  const note = ana.note({ content: 'hello' })
  const activity = ana.create(note)
  await home.takes(ana, activity)
  const { id, at, ...entry } = await entryOf(activity)
  assert.match(id, /^\d+$/)
  assert.ok(Date.parse(at) > 0)
  assert.deepEqual(entry, {
    direction: 'inbound',
    type: 'Create',
    activityUri: activity.id,
    actorUri: ana.uri,
    host: 'peer.example',
    objectUri: note.id,
    outcome: 'done',
    reason: null,
    attempts: 1,
    hasBody: true,
    signature: { keyUri: ana.keyUri, scheme: 'cavage' },
    proof: null,
    deliveries: null,
    isForwarded: false,
  })
  assert.equal((await detail(id)).body, JSON.stringify(activity))
})

test('the other kind of signature and the verdict on a proof are told', async () => {
  const prover = peer.actor('prover')
  const { privateKey } = generateKeyPairSync('ed25519')
  const key = { keyUri: `${prover.uri}#proof`, privateKey }
  prover.overrides = { assertionMethod: [multikeyOf(prover.uri, key.keyUri, privateKey)] }
  await home.follows(prover)
  const activity = withProof(prover.create(prover.note()), key)
  await prover.sends(home.target, activity, { scheme: 'rfc9421' })
  await home.work()
  const { signature, proof } = await entryOf(activity)
  assert.deepEqual([signature?.scheme, proof], ['rfc9421', 'valid'])
})

test('a type that nobody here knows is answered 202, kept, and dropped with the reason', async () => {
  const activity = ana.activity('Travel', { object: 'https://peer.example/places/1' })
  const [answer] = await home.takes(ana, activity)
  assert.equal(answer?.status, 202)
  const { outcome, reason, objectUri } = await entryOf(activity)
  assert.deepEqual(
    { outcome, reason, objectUri },
    {
      outcome: 'dropped',
      reason: 'activities of type Travel have no effect here',
      objectUri: 'https://peer.example/places/1',
    },
  )
})

test('what was refused at the door leaves no entry', async () => {
  const activity = ana.create(ana.note())
  assert.equal((await ana.sends(home.target, activity, { scheme: 'none' })).status, 401)
  assert.deepEqual((await list({ text: activity.id })).entries, [])
})

test('lists are narrowed by direction, host, type, outcome and text', async () => {
  const bo = other.actor('bo')
  const like = bo.like('https://elsewhere.example/notes/100%_sure')
  await home.takes(bo, like)
  const ids = async (query: Record<string, string>) =>
    (await list(query)).entries.map(({ activityUri }) => activityUri)
  assert.deepEqual(await ids({ host: 'OTHER.example', type: 'Like' }), [like.id])
  assert.deepEqual(await ids({ host: 'other.example', type: 'Create' }), [])
  assert.deepEqual(await ids({ text: '100%_SURE' }), [like.id])
  assert.deepEqual(await ids({ text: '100__sure' }), [])
  assert.ok((await ids({ direction: 'inbound', outcome: 'dropped' })).includes(like.id))
  assert.ok(!(await ids({ direction: 'outbound' })).includes(like.id))
  assert.ok(!(await ids({ outcome: 'done' })).includes(like.id))
})

test('pages follow one another without gap or repetition, in both directions', async () => {
  await home.isFollowedBy(ana)
  await home.writes('for the pages')
  await home.work()
  const whole = (await list({ limit: '80' })).entries.map(({ id }) => id)
  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await list({ limit: '2', ...(cursor === '' ? {} : { before: cursor }) })
    seen.push(...page.entries.map(({ id }) => id))
    cursor = page.before
  }
  assert.deepEqual(seen, whole)
  assert.deepEqual(
    new Set((await list()).entries.map(({ direction }) => direction)),
    new Set(['inbound', 'outbound']),
  )
})

test('what went out is listed with its deliveries, and what each inbox said', async () => {
  const bo = other.actor('bo')
  await home.isFollowedBy(ana)
  await home.isFollowedBy(bo)
  other.inboxAnswer = () => ({ status: 418, body: 'no tea' })
  const post = await home.writes('who wants this?')
  await home.work()
  other.inboxAnswer = () => ({ status: 202 })
  const { entries } = await list({ direction: 'outbound', outcome: 'failed' })
  const entry = entries.find(({ objectUri }) => objectUri === post.uri)
  assert.ok(entry)
  assert.deepEqual(
    [entry.type, entry.actorUri, entry.deliveries],
    ['Create', home.me.uri, { waiting: 0, sent: 1, skipped: 0, failed: 1 }],
  )
  const { deliveryList, body } = await detail(entry.id)
  assert.equal((JSON.parse(String(body)) as { type: string }).type, 'Create')
  assert.deepEqual(
    deliveryList.map(({ host, state, answer }) => [host, state, answer]),
    [
      ['other.example', 'failed', 'answered 418: no tea'],
      ['peer.example', 'sent', 'answered 202'],
    ],
  )
  assert.deepEqual(
    (await list({ host: 'other.example', direction: 'outbound', type: 'Create' })).entries.length,
    1,
  )
})

test('a dropped activity is received again, and has its effect once what it lacked is there', async () => {
  const cy = peer.actor('cy')
  const note = cy.note({ content: 'too early' })
  const activity = cy.create(note)
  await home.takes(cy, activity)
  const early = await entryOf(activity)
  assert.deepEqual([early.outcome, early.reason], ['dropped', 'it concerns nobody here'])
  await home.follows(cy)
  assert.equal(await replay(early.id), 'received')
  assert.equal((await entryOf(activity)).outcome, 'waiting')
  await home.work()
  const late = await entryOf(activity)
  assert.deepEqual([late.outcome, late.reason], ['done', null])
  assert.notEqual(await home.post(note.id), undefined)
})

test('a second time changes nothing', async () => {
  const mention = { type: 'Mention', href: home.me.uri, name: '@ben@home.example' }
  const activity = ana.create(ana.note({ cc: [home.me.uri], tag: [mention] }))
  await home.takes(ana, activity)
  const told = await home.notifications()
  const { id } = await entryOf(activity)
  for (let n = 0; n < 2; n += 1) {
    assert.equal(await replay(id), 'received')
    await home.work()
  }
  assert.deepEqual(await home.notifications(), told)
  assert.equal((await entryOf(activity)).outcome, 'done')
})

test('a replay says when the body was forgotten, when it still waits, and when there is nothing', async () => {
  const activity = ana.create(ana.note())
  await ana.sends(home.target, activity)
  const { id } = await entryOf(activity)
  assert.equal(await replay(id), 'waiting')
  await home.work()
  await home.db.updateTable('inbox_messages').set({ body: null }).where('id', '=', id).execute()
  assert.equal(await replay(id), 'body_forgotten')
  assert.equal((await detail(id)).body, null)
  for (const path of ['/7/replay', '/x/replay']) {
    assert.equal((await owner.ask(`${API}${path}`, { method: 'POST' })).status, 404)
  }
  assert.equal((await owner.ask(`${API}/7`)).status, 404)
})

test('an activity whose handler failed too often is tried again', async () => {
  const activity = ana.create(ana.note())
  await ana.sends(home.target, activity)
  const { id } = await entryOf(activity)
  const poisoned = {
    state_next_attempt_at: null,
    state_attempts: 12,
    state_errors: 12,
    state_error: 'TypeError: x',
  }
  await home.db.updateTable('inbox_messages').set(poisoned).where('id', '=', id).execute()
  const { outcome, reason, attempts } = await entryOf(activity)
  assert.deepEqual({ outcome, reason, attempts }, { outcome: 'failed', reason: 'TypeError: x', attempts: 12 })
  assert.equal(await replay(id), 'received')
  await home.work()
  assert.equal((await entryOf(activity)).outcome, 'done')
})

test('any address is read as the home reads it, with the reason where it is refused', async () => {
  const fetched = async (uri: string): Promise<InspectorFetch> =>
    (await owner.ask(`${API}/fetch`, { method: 'POST', body: { uri } })).json() as unknown as InspectorFetch
  const note = ana.note({ content: '<script>alert(1)</script>' })
  const found = await fetched(note.id)
  assert.ok(found.outcome === 'found')
  assert.deepEqual([found.finalUrl, found.document, found.proof], [note.id, note, null])
  const typeHeader = found.headers.find(({ name }) => name === 'content-type')
  assert.equal(typeHeader?.value, 'application/activity+json')
  const [request] = peer.requests.filter(({ path }) => note.id.endsWith(path)).slice(-1)
  assert.ok(request !== undefined && (await peer.verify(request)).valid)
  peer.answers('/baker', () => ({
    headers: { 'set-cookie': 'session=secret' },
    body: { ...note, id: 'https://peer.example/baker', proof: { type: 'OldProof' } },
  }))
  const baked = await fetched('https://peer.example/baker')
  assert.ok(baked.outcome === 'found')
  assert.deepEqual(
    [baked.proof, baked.headers.some(({ name }) => name === 'set-cookie')],
    ['unsupported', false],
  )
  peer.answers('/lies', () => ({ body: { ...note, id: 'https://other.example/notes/1' } }))
  for (const [uri, outcome, reason] of [
    ['https://peer.example/lies', 'refused', /has the id/],
    ['https://peer.example/nothing', 'missing', /404/],
    ['https://home.example/ap/instance', 'refused', /this home/],
    ['http://peer.example/', 'refused', /https/],
    ['https://127.0.0.1/', 'refused', /./],
  ] as const) {
    const answer = await fetched(uri)
    assert.equal(answer.outcome, outcome, uri)
    assert.match('reason' in answer ? answer.reason : '', reason)
  }
})

test('only the owner looks, and bodies are never a page', async () => {
  const activity = ana.create(ana.note({ content: '<h1>a page</h1>' }))
  await home.takes(ana, activity)
  const { id } = await entryOf(activity)
  for (const [path, method] of [
    ['', 'GET'],
    [`/${id}`, 'GET'],
    [`/${id}/replay`, 'POST'],
    ['/fetch', 'POST'],
  ] as const) {
    const body = method === 'POST' ? { body: { uri: ana.uri } } : {}
    assert.equal((await owner.askAsStranger(`${API}${path}`, { method, ...body })).status, 401, path)
  }
  const elsewhere = { origin: 'https://evil.example' }
  const forged = await owner.ask(`${API}/${id}/replay`, { method: 'POST', headers: elsewhere })
  assert.equal(forged.status, 403)
  const answer = await owner.ask(`${API}/${id}`)
  assert.match(String(answer.headers['content-type']), /^application\/json/)
  assert.equal(answer.headers['x-content-type-options'], 'nosniff')
  assert.match(String(answer.headers['cache-control']), /no-store/)
})

test('odd queries are refused in our own words', async () => {
  for (const query of [
    'direction=up',
    'outcome=great',
    'limit=81',
    'limit=0',
    'before=x',
    'before=-1',
    'text=',
  ]) {
    assert.equal((await owner.ask(`${API}?${query}`)).status, 422, query)
  }
})
