import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvOfHandles, readHandles } from '../../../../renderer/formatting/read-handles.ts'

test('handles are found however somebody pastes them', () => {
  const pasted = `@ana@peer.example, ben@Else.Where
    My friends: @ana@peer.example and (@lee_1@bücher.example)!
    https://social.example/@kai  https://pl.example/users/mo https://a.example/@zoe@b.example`
  assert.deepEqual(readHandles(pasted), [
    'ana@peer.example',
    'ben@else.where',
    'lee_1@bücher.example',
    'kai@social.example',
    'mo@pl.example',
    'zoe@b.example',
  ])
})

test('what is no handle is none', () => {
  assert.deepEqual(readHandles('just words, @local, an @ sign, https://example.org/page, a@b'), [])
  assert.deepEqual(readHandles(''), [])
})

test('they become a file as every server writes it', () => {
  assert.equal(csvOfHandles(['ana@peer.example']), 'Account address\nana@peer.example')
})
