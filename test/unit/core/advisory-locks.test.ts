import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADVISORY_LOCK } from '../../../server/core/advisory-locks.ts'
import { sourcesOf } from '../../support/documents.ts'

const numbers: readonly number[] = Object.values(ADVISORY_LOCK)

test('no two parts share the number of a lock', () => {
  assert.equal(new Set(numbers).size, numbers.length)
})

test('numbers of locks stand in one place, and those that migrations take are known there', () => {
  const taken = /pg_\w*advisory\w*\((7_?203_?\d+)\)/g
  assert.deepEqual(
    [...sourcesOf(['server/**/*.ts']).matchAll(taken)].map(([found]) => found),
    [],
  )
  const migrated = [...sourcesOf(['server/db/migrations/*.sql']).matchAll(taken)].map(([, number]) =>
    Number(number),
  )
  assert.ok(migrated.length > 0)
  assert.deepEqual(
    migrated.filter((number) => !numbers.includes(number)),
    [],
  )
})
