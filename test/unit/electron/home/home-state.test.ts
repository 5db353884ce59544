import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type KnownOfHome, homeConditionOf } from '../../../../server/contracts/home-state.ts'

const WELL: KnownOfHome = {
  supervisor: 'Running',
  reach: 'reachable',
  hasAlarm: false,
  isPaused: false,
  isCatchingUp: false,
}

test('the state of the home is one word: what stops it first, then what it does, then how it is reached', () => {
  const conditions = (known: Partial<KnownOfHome>): string => homeConditionOf({ ...WELL, ...known })
  assert.equal(conditions({}), 'reachable')
  assert.equal(conditions({ supervisor: null }), 'reachable', 'where no supervisor tells')
  assert.equal(conditions({ reach: 'only_at_home' }), 'only_at_home')
  assert.equal(conditions({ reach: 'unproved' }), 'unproved')
  assert.equal(conditions({ isCatchingUp: true }), 'catching_up')
  assert.equal(conditions({ isCatchingUp: true, isPaused: true }), 'paused')
  assert.equal(conditions({ isPaused: true, hasAlarm: true }), 'needs_attention')
  assert.equal(conditions({ supervisor: 'Needs attention', reach: null }), 'needs_attention')
  assert.equal(conditions({ reach: null }), 'starting', 'the server has not said anything yet')
  assert.equal(conditions({ supervisor: 'Starting', hasAlarm: true }), 'starting')
  assert.equal(conditions({ supervisor: 'Stopped', reach: null }), 'stopped')
})
