import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseChangedKeys } from '../../../../renderer/keys/change-keys.ts'
import { KeySettings } from '../../../../renderer/stores/key-settings.ts'
import { memoryStorage } from '../../../../renderer/stores/key-value-storage.ts'

test('a changed key does the command, its old key does nothing, and a reload keeps it', () => {
  const storage = memoryStorage()
  const keys = new KeySettings(storage)
  assert.equal(keys.setKey('boost', 'w'), null)
  for (const settings of [keys, new KeySettings(storage)]) {
    assert.equal(settings.table().get('w'), 'boost')
    assert.equal(settings.table().get('b'), undefined)
    assert.deepEqual(settings.view.get().changed, { boost: ['w'] })
  }
})

test('a key that is taken is refused, with the name of who has it', () => {
  const keys = new KeySettings(memoryStorage())
  assert.deepEqual(keys.setKey('boost', 'f'), { reason: 'taken', by: 'favourite' })
  assert.deepEqual(keys.setKey('boost', 'g h'), { reason: 'taken', by: 'go_home' })
  assert.equal(keys.table().get('b'), 'boost')
  // Once it is given up it is free.
  keys.removeKey('favourite')
  assert.equal(keys.setKey('boost', 'f'), null)
  assert.deepEqual(keys.resetKey('favourite'), { reason: 'taken', by: 'boost' })
  assert.equal(keys.resetKey('boost'), null)
  assert.equal(keys.resetKey('favourite'), null)
  assert.deepEqual(keys.view.get().changed, {})
})

test('what browsers, screens and other keys need cannot be taken', () => {
  const keys = new KeySettings(memoryStorage())
  for (const key of ['Tab', 'Esc', ' ', 'ArrowDown', 'F5', 'Mod+K', 'g Enter', '']) {
    assert.deepEqual(keys.setKey('boost', key), { reason: 'not_a_key' }, key)
  }
  assert.deepEqual(keys.setKey('boost', 'g'), { reason: 'leads' })
  assert.equal(keys.setKey('boost', 'g w'), null)
  assert.equal(keys.setKey('boost', 'ß'), null)
})

test('fixed keys of a command stay beside the changed one', () => {
  const keys = new KeySettings(memoryStorage())
  keys.setKey('search', 'y')
  assert.deepEqual(keys.view.get().bindings.search, ['y', 'Mod+K'])
  keys.removeKey('search')
  assert.equal(keys.table().get('Mod+K'), 'search')
})

test('all can be switched off and on again without losing what was changed', () => {
  const storage = memoryStorage()
  const keys = new KeySettings(storage)
  keys.setKey('boost', 'w')
  keys.setOn(false)
  assert.equal(new KeySettings(storage).table().get('w'), undefined)
  assert.equal(new KeySettings(storage).table().get('Esc'), 'close')
  keys.setOn(true)
  assert.equal(keys.table().get('w'), 'boost')
  keys.resetAll()
  assert.equal(keys.table().get('b'), 'boost')
  assert.equal(storage.getItem('homebird.keys'), null)
})

test('what was kept by another version, or by somebody else, does no harm', () => {
  for (const text of ['null', '7', '[]', '{"changed":7}', '{"isOn":"no","changed":{"boost":[7,"Tab"]}}']) {
    const storage = memoryStorage()
    storage.setItem('homebird.keys', text)
    assert.equal(new KeySettings(storage).view.get().isOn, true, text)
  }
  assert.deepEqual(parseChangedKeys({ nothing: ['j'], close: ['j'], reply: ['j'] }), { reply: [] })
  // Two that exchanged their keys, in whatever order.
  assert.deepEqual(parseChangedKeys({ boost: ['f'], favourite: ['b'] }), { boost: ['f'], favourite: ['b'] })
})
