import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Session, keyFromFragment } from '../../../../renderer/stores/session.ts'
import {
  FIRST_ANSWERS,
  formFromAnswers,
  keepAnswers,
  readAnswers,
  stepOfField,
  usernameFrom,
} from '../../../../renderer/stores/set-up-answers.ts'
import { memoryStorage } from '../../../../renderer/stores/key-value-storage.ts'
import { openScriptedApi } from '../../../support/scripted-api.ts'

const state = (phase: string) => ({
  body: { phase, version: '1', keyWaiting: true, asksForCode: false, takesPasskey: false },
})

test('the key of the address is exchanged once and opens the first run', async (t) => {
  const scripted = await openScriptedApi(t, ({ path }) =>
    state(path.endsWith('/key') ? 'needs_set_up' : 'needs_key'),
  )
  const session = new Session(scripted.api)
  await session.open('secret')
  assert.equal(session.view.get().phase, 'needs_set_up')
  assert.deepEqual(scripted.requests.at(-1)?.body, { key: 'secret' })
})

test('a key is not spent on somebody who is in already', async (t) => {
  const scripted = await openScriptedApi(t, () => state('signed_in'))
  await new Session(scripted.api).open('secret')
  assert.equal(scripted.requests.length, 1)
})

test('a key that is refused is told, and the way in stays', async (t) => {
  const scripted = await openScriptedApi(t, ({ path }) =>
    path.endsWith('/key') ? { status: 403, body: { error: 'key_refused' } } : state('signed_out'),
  )
  const session = new Session(scripted.api)
  await session.open('old')
  assert.deepEqual([session.view.get().phase, session.wasKeyRefused.get()], ['signed_out', true])
})

test('a home that does not answer is told as such, and found again', async (t) => {
  const scripted = await openScriptedApi(t, () => ({ status: 503, body: {} }))
  const session = new Session(scripted.api)
  await session.open(null)
  assert.equal(session.view.get().phase, 'unreachable')
  scripted.answer = () => state('signed_in')
  await session.refresh()
  assert.equal(session.view.get().phase, 'signed_in')
})

test('the end of a session leads to the password, and before set-up to the key', async (t) => {
  const scripted = await openScriptedApi(t, () => state('signed_in'))
  const session = new Session(scripted.api)
  await session.refresh()
  session.hasEnded()
  assert.equal(session.view.get().phase, 'signed_out')
  scripted.answer = () => state('needs_set_up')
  await session.refresh()
  session.hasEnded()
  assert.equal(session.view.get().phase, 'needs_key')
})

test('the key is found in the fragment and nowhere else', () => {
  assert.equal(keyFromFragment('#key=abc-_1'), 'abc-_1')
  assert.equal(keyFromFragment('#other=1'), null)
  assert.equal(keyFromFragment('#key='), null)
  assert.equal(keyFromFragment(''), null)
})

test('the answers of the first run survive a reload, but for the password', () => {
  const storage = memoryStorage()
  const answers = {
    ...FIRST_ANSWERS,
    step: 'safe' as const,
    username: 'ana',
    password: 'secret words',
    hasDomain: true,
    domain: 'ana.example',
  }
  keepAnswers(storage, answers)
  assert.ok(!JSON.stringify(storage.getItem('homebird.set-up')).includes('secret words'))
  assert.deepEqual(readAnswers(storage), { ...answers, step: 'you', password: '' })
})

test('only on this computer means no domain, whatever was typed before', () => {
  assert.equal(formFromAnswers({ ...FIRST_ANSWERS, hasDomain: false, domain: 'ana.example' }).domain, null)
  assert.equal(
    formFromAnswers({ ...FIRST_ANSWERS, hasDomain: true, domain: 'ana.example' }).domain,
    'ana.example',
  )
  assert.deepEqual([stepOfField('domain'), stepOfField('password')], ['address', 'you'])
})

test('a user name is guessed from any display name', () => {
  const guesses = {
    'Ana Müller': 'ana_muller',
    '  Łukasz!  ': 'ukasz',
    مريم: '',
    ['a'.repeat(50)]: 'a'.repeat(30),
  }
  for (const [name, guess] of Object.entries(guesses)) assert.equal(usernameFrom(name), guess)
})
