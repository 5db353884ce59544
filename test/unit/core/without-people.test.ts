import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutPeople, withoutWords } from '../../../server/core/without-people.ts'

const without = withoutPeople({
  names: ['ana', 'Ana Müller', ''],
  hosts: ['home.example', 'www.home.example'],
  homeFolder: '/home/ana',
})

test('handles, names, addresses and places of people are taken out, however they are written', () => {
  const CASES: readonly (readonly [string, string])[] = [
    ['@ben@far.example has left', '[handle] has left'],
    ['acct:ben@far.example', 'acct:[handle]'],
    ['mail of ben.b+x@mail.far.example.', 'mail of [handle].'],
    ['@mül@häuser.example', '[handle]'],
    ['seen (@ben)', 'seen ([handle])'],
    ['GET /@ben/17 and /users/ben/inbox', 'GET /[handle]/17 and /users/[name]/inbox'],
    ['https://far.example/users/ben/statuses/1: no answer', 'https://far.example/… no answer'],
    ['{"url":"https://far.example/@ben?x=1","a":1}', '{"url":"https://far.example/…","a":1}'],
    ['from 203.0.113.9:4411, of 2001:db8::17', 'from [address]:4411, of [address]'],
    ['written by Ana Müller, that is ANA', 'written by [name], that is [name]'],
    ['https://home.example answers, www.home.example too', 'https://[home] answers, [home] too'],
    ['/home/ana/.local/share/homebird', '~/.local/share/homebird'],
  ]
  for (const [text, left] of CASES) assert.equal(without(text), left)
})

test('what helps stays: hosts of others, times, versions, this computer, files of packages, patterns of routes', () => {
  const KEPT = [
    'far.example did not answer within 5 s',
    'https://far.example/ answered 503',
    '2026-11-30T13:44:42.123Z WARN server-0 fetch.failed',
    'listening at 127.0.0.1:4180, ::1 and 0.0.0.0:4181',
    'Homebird 0.1.0 on PostgreSQL 18.4, Node v24.21.0',
    'at /app/node_modules/@fastify/static/index.js:12:34',
    'GET /api/v1/statuses/:id answered 500',
    'banana and analysis',
  ]
  for (const text of KEPT) assert.equal(without(text), text)
})

test('what a line quotes is left out from its second word on, and single words stay', () => {
  const CASES: readonly (readonly [string, string])[] = [
    ['it said "the heron stands here" and ended', 'it said "…" and ended'],
    ["value 'two words' and 'three more words'", "value '…' and '…'"],
    ['“two words” of «someone else»', '“…” of «…»'],
    ['column "display_name" of "posts"', 'column "display_name" of "posts"'],
    ['"x" said "two words"', '"x" said "…"'],
    ["it isn't there, and that's all", "it isn't there, and that's all"],
  ]
  for (const [text, left] of CASES) assert.equal(withoutWords(text), left)
})

test('where quotes are odd or within one another, nothing between them is left', () => {
  for (const text of [
    '5" of "the heron',
    '{\\"content\\":\\"the heron stands\\"}',
    '"a \\"the heron\\" b"',
    '"{“the heron”"',
  ]) {
    const line = `before ${text} " after`
    assert.doesNotMatch(withoutWords(line), /heron/, text)
    assert.match(withoutWords(line), /^before .* after$/)
  }
})
