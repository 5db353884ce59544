import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCommand } from '../../../../renderer/stores/window-commands.ts'

test('commands are taken as they are, without what else stands beside them', () => {
  for (const kind of ['new_post', 'find', 'back', 'forward'] as const) {
    assert.deepEqual(readCommand({ kind, path: 'https://evil.example' }), { kind })
  }
  assert.deepEqual(readCommand({ kind: 'open', path: '/posts/7?a=b#c' }), {
    kind: 'open',
    path: '/posts/7?a=b#c',
  })
  assert.deepEqual(readCommand({ kind: 'link', address: 'https://a.example/1', more: 1 }), {
    kind: 'link',
    address: 'https://a.example/1',
  })
})

test('what leads out of the window, or is no command, is none', () => {
  const paths = [
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '',
    'home',
    '/a\nb',
    7,
    undefined,
  ]
  for (const path of paths) assert.equal(readCommand({ kind: 'open', path }), null, String(path))
  for (const raw of [null, undefined, 'back', 7, [], {}, { kind: 'quit' }, { kind: 'link' }]) {
    assert.equal(readCommand(raw), null, JSON.stringify(raw))
  }
  assert.equal(readCommand({ kind: 'link', address: 'x'.repeat(2_001) }), null)
})
