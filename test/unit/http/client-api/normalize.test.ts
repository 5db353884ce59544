import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { normalize } from '../../../../server/http/client-api/normalize.ts'

const schema = Type.Object({
  text: Type.Optional(Type.String()),
  flag: Type.Optional(Type.Boolean()),
  count: Type.Optional(Type.Integer()),
  ids: Type.Optional(Type.Array(Type.String())),
  choice: Type.Optional(Type.Union([Type.Literal('a'), Type.Literal('b')])),
  fields: Type.Optional(Type.Array(Type.Object({ name: Type.String() }))),
})

test('booleans come in every spelling that apps use', () => {
  for (const word of ['true', '1', 'on', 't', 'True', 1, true]) {
    assert.deepEqual(normalize(schema, { flag: word }), { flag: true }, String(word))
  }
  for (const word of ['false', '0', 'off', 'f', 0, false]) {
    assert.deepEqual(normalize(schema, { flag: word }), { flag: false }, String(word))
  }
  assert.deepEqual(
    normalize(schema, { flag: 'perhaps' }),
    { flag: 'perhaps' },
    'left for the check to refuse',
  )
})

test('single values become lists, numbered groups too, and empty items go', () => {
  assert.deepEqual(normalize(schema, { ids: '7' }), { ids: ['7'] })
  assert.deepEqual(normalize(schema, { ids: [7, '', null, '8'] }), { ids: ['7', '8'] })
  assert.deepEqual(normalize(schema, { fields: { 1: { name: 'b' }, 0: { name: 'a' } } }), {
    fields: [{ name: 'a' }, { name: 'b' }],
  })
})

test('null and empty fields mean nothing, unknown members are dropped', () => {
  assert.deepEqual(normalize(schema, { text: null, flag: '', count: '', choice: null, other: 1 }), {})
  assert.deepEqual(normalize(schema, { text: '' }), { text: '' })
  assert.deepEqual(normalize(schema, undefined), {})
})

test('texts hold neither zero characters nor half characters', () => {
  assert.deepEqual(normalize(schema, { text: 'a\u0000b\ud800' }), { text: 'ab\ufffd' })
  assert.deepEqual(normalize(schema, { text: 5, count: ' 12 ' }), { text: '5', count: 12 })
})
