import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Account } from '../../../../server/contracts/account.ts'
import { PersonQuestions, serverOf } from '../../../../renderer/stores/person-questions.ts'

const ana = { id: '7', acct: 'ana@peer.example' } as Account

test('a question stands alone: the next one takes its place', () => {
  const ask = new PersonQuestions()
  ask.report(ana, ['41'])
  assert.deepEqual(ask.shown.get(), { about: 'report', account: ana, postIds: ['41'] })
  ask.mute(ana)
  assert.deepEqual(ask.shown.get(), { about: 'mute', account: ana })
  ask.blockServer('peer.example')
  assert.deepEqual(ask.shown.get(), { about: 'server', domain: 'peer.example' })
  ask.close()
  assert.equal(ask.shown.get(), null)
})

test('an identity of the home has no server to block', () => {
  assert.equal(serverOf({ acct: 'robin' }), null)
  assert.equal(serverOf({ acct: 'ana@peer.example:8443' }), 'peer.example:8443')
})

test('another page closes a question, the same page does not', () => {
  const ask = new PersonQuestions()
  ask.turnTo('/home')
  ask.block(ana)
  ask.turnTo('/home')
  assert.equal(ask.shown.get()?.about, 'block')
  ask.turnTo('/people/7')
  assert.equal(ask.shown.get(), null)
})
