import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseActivity } from '../../../server/activitypub/parse-activity.ts'
import type { InboundMessage } from '../../../server/activitypub/inbound/message.ts'
import { wavesOf } from '../../../server/activitypub/inbound/waves.ts'

const ANA = 'https://peer.example/users/ana'
const BEN = 'https://peer.example/users/ben'
const NOTE = 'https://peer.example/notes/1'

function message(id: string, actor: string, type: string, object: unknown): InboundMessage {
  const document = { id: `https://peer.example/activities/${id}`, type, actor, object }
  const parsed = parseActivity(document)
  if (parsed.outcome !== 'activity') throw new Error(JSON.stringify(parsed))
  const { activity } = parsed
  const head = { id, host: 'peer.example', signerUri: actor, receivedAt: new Date() }
  return { ...head, activity, document, body: JSON.stringify(document), attempts: 0, followOffer: null }
}

const idsOf = (messages: readonly InboundMessage[]) =>
  wavesOf(messages).map((wave) => wave.map(({ id }) => id))

test('what has nothing in common goes together', () => {
  const messages = [
    message('a', ANA, 'Create', { id: NOTE, type: 'Note' }),
    message('b', ANA, 'Like', 'https://home.example/1'),
    message('c', BEN, 'Announce', 'https://home.example/2'),
    message('d', BEN, 'Follow', 'https://home.example/ben'),
  ]
  assert.deepEqual(idsOf(messages.slice(0, 3)), [['a', 'b', 'c']])
  assert.deepEqual(idsOf([messages[0], messages[3]].filter((one) => one !== undefined)), [['a', 'd']])
})

test('a post, its edit and its deletion go one after the other, and two edits together', () => {
  const note = { id: NOTE, type: 'Note' }
  const messages = [
    message('a', ANA, 'Create', note),
    message('b', ANA, 'Update', note),
    message('c', ANA, 'Update', note),
    message('d', ANA, 'Delete', NOTE),
    message('e', ANA, 'Create', note),
  ]
  assert.deepEqual(idsOf(messages), [['a'], ['b', 'c'], ['d'], ['e']])
})

test('an Undo comes after what it undoes, by id and by object', () => {
  const like = message('a', ANA, 'Like', 'https://home.example/1')
  const byId = message('b', ANA, 'Undo', 'https://peer.example/activities/a')
  const byObject = message('c', ANA, 'Undo', {
    id: 'https://peer.example/x',
    type: 'Like',
    object: 'https://home.example/1',
  })
  assert.deepEqual(idsOf([like, byId]), [['a'], ['b']])
  assert.deepEqual(idsOf([like, byObject]), [['a'], ['c']])
})

test('an Accept comes before what the same actor writes afterwards, and after what came before', () => {
  const first = message('a', ANA, 'Create', { id: NOTE, type: 'Note' })
  const accept = message('b', ANA, 'Accept', 'https://home.example/follows/1')
  const second = message('c', ANA, 'Create', { id: `${NOTE}2`, type: 'Note' })
  const other = message('d', BEN, 'Create', { id: `${NOTE}3`, type: 'Note' })
  assert.deepEqual(idsOf([first, accept, second, other]), [['a', 'd'], ['b'], ['c']])
})

test('every message comes once, in the order of arrival within its type', () => {
  const messages = Array.from({ length: 50 }, (_, n) =>
    message(`${n}`, n % 2 === 0 ? ANA : BEN, n % 3 === 0 ? 'Follow' : 'Create', {
      id: `${NOTE}${n % 7}`,
      type: 'Note',
    }),
  )
  const waves = wavesOf(messages)
  assert.deepEqual(
    waves
      .flat()
      .map(({ id }) => Number(id))
      .sort((a, b) => a - b),
    messages.map(({ id }) => Number(id)),
  )
  for (const wave of waves) {
    const creates = wave.filter(({ activity }) => activity.type === 'Create').map(({ id }) => Number(id))
    assert.deepEqual(
      creates,
      creates.toSorted((a, b) => a - b),
    )
  }
})
