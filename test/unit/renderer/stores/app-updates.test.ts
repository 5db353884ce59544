import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppUpdates, wordOfUpdate } from '../../../../renderer/stores/app-updates.ts'
import type { UpdateState, UpdatesBridge } from '../../../../server/contracts/desktop-bridge.ts'

const IDLE: UpdateState = {
  version: '1.0.0',
  phase: 'idle',
  reason: null,
  checkedAt: null,
  next: null,
  percent: null,
  waitsFor: [],
}

/** A shell that says what the test says. */
function openShell(more: Partial<UpdatesBridge> = {}) {
  const listeners = new Set<(state: UpdateState) => void>()
  const bridge: UpdatesBridge = {
    state: async () => IDLE,
    check: async () => ({ ...IDLE, phase: 'checking' }),
    install: async () => undefined,
    onState: (tell) => {
      listeners.add(tell)
      return () => void listeners.delete(tell)
    },
    ...more,
  }
  const tell = (state: UpdateState): void => {
    for (const listener of listeners) listener(state)
  }
  return { updates: new AppUpdates(bridge), tell, listeners }
}

test('what the shell tells is shown, until nobody looks', async () => {
  const { updates, tell, listeners } = openShell()
  const stop = updates.open()
  assert.equal(updates.view.get().state, null)
  await updates.check()
  assert.equal(updates.view.get().state?.phase, 'checking')
  tell({ ...IDLE, phase: 'ready', next: { version: '1.1.0', notes: '' } })
  assert.equal(updates.view.get().state?.phase, 'ready')
  stop()
  assert.equal(listeners.size, 0)
})

test('a refusal is told with what is known, and is over with the next act', async () => {
  let answers = 0
  const { updates } = openShell({
    install: async () => {
      answers += 1
      if (answers === 1) throw new Error('a copy is being made')
    },
  })
  await updates.check()
  await updates.install()
  assert.deepEqual(updates.view.get(), {
    state: { ...IDLE, phase: 'checking' },
    refusal: 'a copy is being made',
  })
  await updates.install()
  assert.equal(updates.view.get().refusal, null)
})

test('each state has its sentence', () => {
  const next = { version: '1.1.0', notes: '' }
  const of = (more: Partial<UpdateState>): string => wordOfUpdate({ ...IDLE, ...more })
  assert.equal(of({}), 'never')
  assert.equal(of({ checkedAt: '2026-03-01T09:00:00Z' }), 'newest')
  assert.equal(of({ next }), 'found')
  assert.equal(of({ phase: 'downloading', next }), 'downloading')
  assert.equal(of({ phase: 'downloading', next, percent: 0 }), 'downloading_part')
  for (const phase of ['off', 'checking', 'ready', 'failed'] as const) assert.equal(of({ phase }), phase)
})
