import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommandBus } from '../../../../renderer/keys/command-bus.ts'
import { isApplePlatform, keyCaps } from '../../../../renderer/keys/key-caps.ts'
import { type KeyPress, KeyReader, keyTable } from '../../../../renderer/keys/key-reader.ts'
import { type Command, DEFAULT_KEYS, KEY_GROUPS } from '../../../../renderer/keys/keymap.ts'

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isTyping: false,
  isOnControl: false,
  ...more,
})

function reader(isOn = true): KeyReader & { waits(ms: number): void } {
  let nowMs = 0
  const table = keyTable(DEFAULT_KEYS, isOn)
  const read = new KeyReader(
    () => nowMs,
    () => table,
  )
  return Object.assign(read, { waits: (ms: number) => void (nowMs += ms) })
}

test('letters do what the legend says', () => {
  const keys = reader()
  const commands = ['j', 'k', 'o', 'r', 'f', 'b', 'q', 'd', 'n', 'c', '.', '0', '?'].map((key) =>
    keys.read(press(key)),
  )
  assert.deepEqual(commands, [
    'next',
    'previous',
    'open',
    'reply',
    'favourite',
    'boost',
    'quote',
    'bookmark',
    'write',
    'write',
    'newest',
    'top',
    'legend',
  ])
})

test('no key does two things, and every command stands in one group of the legend', () => {
  const keys = Object.values(DEFAULT_KEYS).flat()
  assert.equal(new Set(keys).size, keys.length)
  const shown = KEY_GROUPS.flatMap((group): readonly Command[] => group.commands)
  assert.deepEqual(shown.toSorted(), Object.keys(DEFAULT_KEYS).toSorted())
})

test('letters never fire while somebody types or holds a modifier', () => {
  const keys = reader()
  assert.equal(keys.read(press('j', { isTyping: true })), null)
  assert.equal(keys.read(press('Backspace', { isTyping: true })), null)
  for (const modifier of ['ctrlKey', 'metaKey', 'altKey'] as const) {
    assert.equal(keys.read(press('j', { [modifier]: true })), null, modifier)
  }
})

test('sending, searching and closing work while typing', () => {
  const keys = reader()
  assert.equal(keys.read(press('Enter', { ctrlKey: true, isTyping: true })), 'send')
  assert.equal(keys.read(press('Enter', { metaKey: true, isTyping: true })), 'send')
  assert.equal(keys.read(press('k', { metaKey: true, isTyping: true })), 'search')
  assert.equal(keys.read(press('K', { ctrlKey: true, isTyping: true })), 'search')
  assert.equal(keys.read(press('Escape', { isTyping: true })), 'close')
})

test('Enter opens what has the focus, and presses the button that has it', () => {
  const keys = reader()
  assert.equal(keys.read(press('Enter')), 'open')
  assert.equal(keys.read(press('Enter', { isOnControl: true })), null)
  assert.equal(keys.read(press('Backspace')), 'back')
})

test('g and a second letter lead to a page, if the second comes soon', () => {
  const keys = reader()
  assert.equal(keys.read(press('g')), null)
  assert.equal(keys.read(press('h')), 'go_home')
  assert.equal(keys.read(press('h')), 'open_media')
  assert.equal(keys.read(press('g')), null)
  keys.waits(2_000)
  assert.equal(keys.read(press('d')), 'bookmark')
  assert.equal(keys.read(press('g')), null)
  assert.equal(keys.read(press('j')), null)
  keys.read(press('g'))
  assert.equal(keys.read(press('Shift')), null)
  assert.equal(keys.read(press('s')), 'go_settings')
})

test('switched off, no letter does anything, and the ways out stay', () => {
  const keys = reader(false)
  for (const key of ['j', 'g', 'h', '?', 'Enter', 'Backspace']) assert.equal(keys.read(press(key)), null, key)
  assert.equal(keys.read(press('Escape')), 'close')
  assert.equal(keys.read(press('Enter', { ctrlKey: true })), 'send')
  assert.equal(keys.read(press('k', { ctrlKey: true })), 'search')
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

test('a key is shown as what there is to press', () => {
  assert.deepEqual(keyCaps('Mod+Enter', false), { caps: ['Ctrl', 'Enter'], isSequence: false })
  assert.deepEqual(keyCaps('Mod+K', true), { caps: ['⌘', 'K'], isSequence: false })
  assert.deepEqual(keyCaps('g h', true), { caps: ['g', 'h'], isSequence: true })
  assert.equal(isApplePlatform('Mozilla/5.0 (Macintosh; Intel Mac OS X)'), true)
  assert.equal(isApplePlatform('Mozilla/5.0 (X11; Linux x86_64)'), false)
})
