/** What another computer answers who offers its home: taken as it should be, or not at all. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPaired } from '../../../../server/net/paired/read-paired.ts'

const HOME = {
  name: 'old box',
  madeBy: '1.0.0',
  schemaVersion: 43,
  identities: ['@ana@home.example'],
  posts: 3,
  followers: 2,
  following: 1,
  bytes: 1_000,
}
const PAIRED = { ticket: 'a'.repeat(43), key: 'b'.repeat(43), home: HOME }

test('an answer that is whole is taken as it is, without what moves a cursor', () => {
  assert.deepEqual(readPaired(PAIRED), PAIRED)
  const { home } = readPaired({
    ...PAIRED,
    home: { ...HOME, name: 'a\u001B[2Jbox\u202E', identities: ['@ana\n@home.example'], more: 1 },
  })
  assert.deepEqual([home.name, home.identities], ['a [2Jbox', ['@ana @home.example']])
})

for (const [what, answer] of [
  ['nothing', null],
  ['no ticket', { ...PAIRED, ticket: '' }],
  ['a ticket that would be another header', { ...PAIRED, ticket: `${'a'.repeat(20)}\r\nx: y` }],
  ['no key', { ...PAIRED, key: 7 }],
  ['no home', { ...PAIRED, home: null }],
  ['a size that is none', { ...PAIRED, home: { ...HOME, bytes: -1 } }],
  ['a size without end', { ...PAIRED, home: { ...HOME, bytes: 1e308 } }],
  ['identities that are no list', { ...PAIRED, home: { ...HOME, identities: 'ana' } }],
  ['a name that is none', { ...PAIRED, home: { ...HOME, name: {} } }],
] as const)
  test(`an answer with ${what} is refused`, () => {
    assert.throws(() => readPaired(answer), /the answer of the other home cannot be read/)
  })
