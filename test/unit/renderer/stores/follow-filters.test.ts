import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FollowFacts } from '../../../../server/contracts/follow-facts.ts'
import { countByDomain, countByFilter, filterFollows } from '../../../../renderer/stores/follow-filters.ts'

const NOW = new Date('2026-11-29T08:00:00Z')

const person = (id: string, facts: Partial<FollowFacts> = {}): FollowFacts => ({
  id,
  domain: 'one.example',
  lastPostAt: '2026-11-28T08:00:00Z',
  isMutual: false,
  hasMoved: false,
  ...facts,
})

const people = [
  person('1', { isMutual: true }),
  person('2', { lastPostAt: '2026-08-01T00:00:00Z' }),
  person('3', { lastPostAt: null, domain: 'two.example' }),
  person('4', { hasMoved: true, domain: 'two.example' }),
  person('5', { isMutual: true }),
]

test('each way to sort out says how many it finds', () => {
  assert.deepEqual(countByFilter(people, NOW), { all: 5, dormant: 2, mutual: 2, one_way: 3, moved: 1 })
})

test('a server and a way to sort out count together, the order stays', () => {
  const found = filterFollows(people, 'one_way', 'two.example', NOW)
  assert.deepEqual(
    found.map(({ id }) => id),
    ['3', '4'],
  )
})

test('the server with most people comes first', () => {
  assert.deepEqual(countByDomain(people), [
    { domain: 'one.example', count: 3 },
    { domain: 'two.example', count: 2 },
  ])
})
