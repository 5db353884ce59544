import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommandBus } from '../../../../renderer/keys/command-bus.ts'
import { type KeyPress, KeyReader } from '../../../../renderer/keys/keymap.ts'

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isTyping: false,
  ...more,
})

function reader(): KeyReader & { waits(ms: number): void } {
  let nowMs = 0
  return Object.assign(new KeyReader(() => nowMs), { waits: (ms: number) => void (nowMs += ms) })
}

test('letters do what the legend says', () => {
  const keys = reader()
  const commands = ['j', 'k', 'r', 'f', 'b', 'n', '.', '?'].map((key) => keys.read(press(key)))
  assert.deepEqual(commands, ['next', 'previous', 'reply', 'favourite', 'boost', 'write', 'newest', 'legend'])
})

test('letters never fire while somebody types or holds a modifier', () => {
  const keys = reader()
  assert.equal(keys.read(press('j', { isTyping: true })), null)
  for (const modifier of ['ctrlKey', 'metaKey', 'altKey'] as const) {
    assert.equal(keys.read(press('j', { [modifier]: true })), null, modifier)
  }
})

test('sending, searching and closing work while typing', () => {
  const keys = reader()
  assert.equal(keys.read(press('Enter', { ctrlKey: true, isTyping: true })), 'send')
  assert.equal(keys.read(press('Enter', { metaKey: true, isTyping: true })), 'send')
  assert.equal(keys.read(press('K', { metaKey: true, isTyping: true })), 'search')
  assert.equal(keys.read(press('Escape', { isTyping: true })), 'close')
  assert.equal(keys.read(press('Enter')), null)
})

test('g and a second letter lead to a page, if the second comes soon', () => {
  const keys = reader()
  assert.equal(keys.read(press('g')), null)
  assert.equal(keys.read(press('h')), 'go_home')
  assert.equal(keys.read(press('h')), 'open_media')
  assert.equal(keys.read(press('g')), null)
  keys.waits(2_000)
  assert.equal(keys.read(press('u')), null)
  assert.equal(keys.read(press('g')), null)
  assert.equal(keys.read(press('j')), null)
})

test('the last to come is asked first, and who went is asked no more', () => {
  const bus = new CommandBus()
  const asked: string[] = []
  bus.add((command) => (asked.push(`page ${command}`), true))
  const remove = bus.add((command) => (asked.push(`dialog ${command}`), command === 'close'))
  assert.equal(bus.dispatch('close'), true)
  assert.equal(bus.dispatch('next'), true)
  remove()
  bus.dispatch('close')
  assert.deepEqual(asked, ['dialog close', 'dialog next', 'page next', 'page close'])
  assert.equal(new CommandBus().dispatch('close'), false)
})
