import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommandBus } from '../../../../renderer/keys/command-bus.ts'
import {
  type Placed,
  THREAD_COLUMN,
  columnOf,
  columnTowards,
} from '../../../../renderer/keys/focused-column.ts'
import { isApplePlatform, keyCaps } from '../../../../renderer/keys/key-caps.ts'
import { type KeyPress, KeyReader, keyTable } from '../../../../renderer/keys/key-reader.ts'
import { type FocusedControl, takesLetters } from '../../../../renderer/keys/letter-fields.ts'
import { type Command, DEFAULT_KEYS, KEY_GROUPS } from '../../../../renderer/keys/keymap.ts'

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  atMs: 0,
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  isTyping: false,
  isOnControl: false,
  ...more,
})

function reader(isOn = true): KeyReader {
  const table = keyTable(DEFAULT_KEYS, isOn)
  return new KeyReader(() => table)
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
  assert.equal(keys.read(press('g', { atMs: 1_000 })), null)
  assert.equal(keys.read(press('d', { atMs: 2_499 })), 'go_mentions')
  assert.equal(keys.read(press('g', { atMs: 1_000 })), null)
  assert.equal(keys.read(press('d', { atMs: 3_000 })), 'bookmark')
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

test('Ctrl Z takes a deed back, and in a field it takes back what was typed', () => {
  const keys = reader()
  assert.equal(keys.read(press('z', { ctrlKey: true })), 'undo')
  assert.equal(keys.read(press('z', { metaKey: true, isOnControl: true })), 'undo')
  assert.equal(keys.read(press('z', { ctrlKey: true, isTyping: true })), null)
})

test('letters are left to fields of text and to lists that are searched by letters, and to nothing else', () => {
  const control = (tag: string, more: Partial<FocusedControl> = {}): boolean =>
    takesLetters({ tag, type: '', popup: null, isEditable: false, ...more })
  for (const type of ['text', 'search', 'password', 'email', 'datetime-local', 'number']) {
    assert.equal(control('input', { type }), true, type)
  }
  for (const type of ['radio', 'checkbox', 'button', 'range', 'file']) {
    assert.equal(control('input', { type }), false, type)
  }
  assert.deepEqual(
    [control('textarea'), control('select'), control('div', { isEditable: true })],
    [true, true, true],
  )
  assert.equal(control('button', { popup: 'listbox' }), true)
  assert.deepEqual(
    [control('button'), control('button', { popup: 'menu' }), control('a')],
    [false, false, false],
  )
})

test('F6 goes to the other column from anywhere, arrows from what has no use for them', () => {
  const keys = reader(false)
  assert.equal(keys.read(press('F6')), 'other_column')
  assert.equal(keys.read(press('F6', { isTyping: true })), 'other_column')
  assert.equal(keys.read(press('ArrowRight')), 'column_right')
  assert.equal(keys.read(press('ArrowLeft')), 'column_left')
  for (const more of [{ isTyping: true }, { isOnControl: true }, { shiftKey: true }, { altKey: true }]) {
    assert.equal(keys.read(press('ArrowRight', more)), null, JSON.stringify(more))
  }
})

test('the thread stands where lines end, and arrows lead to what is on their side', () => {
  assert.equal(columnTowards('right', 'ltr'), 'thread')
  assert.equal(columnTowards('left', 'ltr'), 'middle')
  assert.equal(columnTowards('right', 'rtl'), 'middle')
  assert.equal(columnTowards('left', 'rtl'), 'thread')
})

test('keys act in the column that has the focus; what is in neither counts with the middle', () => {
  const inside = (found: string): Placed => ({ closest: (selector) => (selector === found ? {} : null) })
  assert.equal(columnOf(inside(THREAD_COLUMN)), 'thread')
  assert.equal(columnOf(inside('main')), 'middle')
  assert.equal(columnOf(null), 'middle')
})

test('arrows are shown as arrows', () => {
  assert.deepEqual(keyCaps('ArrowLeft', false).caps, ['←'])
  assert.deepEqual(keyCaps('F6', true).caps, ['F6'])
})
