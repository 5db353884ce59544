import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nestFields } from '../../../../server/http/client-api/form-fields.ts'

const nested = (query: string): unknown => JSON.parse(JSON.stringify(nestFields(new URLSearchParams(query))))

test('plain names keep their last value', () => {
  assert.deepEqual(nested('a=1&b=&a=2'), { a: '2', b: '' })
})

test('brackets collect, group, and begin groups anew', () => {
  assert.deepEqual(nested('id[]=1&id[]=2'), { id: ['1', '2'] })
  assert.deepEqual(nested('source[privacy]=private&source[language]=en'), {
    source: { privacy: 'private', language: 'en' },
  })
  assert.deepEqual(nested('f[0][name]=a&f[0][value]=b&f[1][name]=c'), {
    f: { 0: { name: 'a', value: 'b' }, 1: { name: 'c' } },
  })
  assert.deepEqual(nested('k[][name]=a&k[][value]=b&k[][name]=c'), {
    k: [{ name: 'a', value: 'b' }, { name: 'c' }],
  })
})

test('names that only look nested stay plain', () => {
  assert.deepEqual(nested('a[=1&[b]=2&c]=3&d[e=4'), { 'a[': '1', '[b]': '2', 'c]': '3', 'd[e': '4' })
})

test('poison, depth and masses are refused', () => {
  const names = [
    '__proto__',
    'a[__proto__]',
    'constructor[prototype][x]',
    'a[b][c][d][e][f]',
    'x'.repeat(300),
  ]
  for (const name of names) assert.throws(() => nestFields([[name, '1']]), { code: 'BAD_REQUEST' }, name)
  const many = Array.from({ length: 1_001 }, (_, index): [string, string] => [`f${index}`, ''])
  assert.throws(() => nestFields(many), { code: 'BAD_REQUEST' })
  assert.equal(({} as Record<string, unknown>)['x'], undefined)
})

test('a group that meets a plain value of the same name takes its place, and the other way round', () => {
  assert.deepEqual(nested('a=1&a[b]=2'), { a: { b: '2' } })
  assert.deepEqual(nested('a[b]=2&a=1'), { a: '1' })
})
