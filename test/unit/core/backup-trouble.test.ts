import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BackupsOverview, PlaceFacts } from '../../../server/contracts/backups.ts'
import { backupTrouble } from '../../../server/core/backup-trouble.ts'

const NOW = new Date('2026-11-30T12:00:00Z')
const daysAgo = (days: number): string => new Date(NOW.getTime() - days * 86_400_000).toISOString()
const OLD_HOME = new Date(daysAgo(100))

function place(one: Partial<PlaceFacts>): PlaceFacts {
  return {
    id: 'own',
    kind: 'folder',
    label: 'this home',
    isOwn: true,
    isOtherDisk: false,
    lastMadeAt: daysAgo(0.5),
    lastCheckedAt: daysAgo(0.5),
    failures: 0,
    failure: null,
    nextAt: null,
    waitsFor: null,
    ...one,
  }
}

const RUNS = { since: daysAgo(50), running: null }
const troubleOf = (places: PlaceFacts[], at = '03:00', since = OLD_HOME) =>
  backupTrouble({ ...RUNS, places, at }, since, NOW)?.is ?? null

test('one failure is no trouble, two are; the last of more than three days is late; one of a day is to be proven', () => {
  assert.equal(troubleOf([place({})]), null)
  assert.equal(troubleOf([place({ failures: 1, failure: 'full' })]), null)
  assert.equal(troubleOf([place({ failures: 2, failure: 'full' })]), 'failing')
  assert.equal(troubleOf([place({ lastMadeAt: daysAgo(2.9) })]), null)
  assert.equal(troubleOf([place({ lastMadeAt: daysAgo(3.1) })]), 'late')
  assert.equal(troubleOf([place({ lastCheckedAt: null })]), null)
  assert.equal(troubleOf([place({ lastMadeAt: daysAgo(1.1), lastCheckedAt: null })]), 'unproven')
})

test('backups that are made each night and can no longer be proven are told of, though one was proven once', () => {
  const provenAgo = (days: number) => [place({ lastCheckedAt: daysAgo(days) })]
  assert.equal(troubleOf(provenAgo(2.9)), null, 'an accident of some nights')
  assert.equal(troubleOf(provenAgo(3.1)), 'unproven')
  assert.equal(troubleOf([place({ lastMadeAt: daysAgo(2), lastCheckedAt: daysAgo(1.9) })]), null)
  const doing = (task: 'verify' | 'restore') =>
    ({ task, step: 'read', done: 1, total: 2, unit: 'bytes', startedAt: daysAgo(0.02) }) as const
  const troubleDuring = (task: 'verify' | 'restore') =>
    backupTrouble({ ...RUNS, at: '03:00', places: provenAgo(9), running: doing(task) }, OLD_HOME, NOW)?.is
  assert.equal(troubleDuring('verify'), undefined, 'it is being proven')
  assert.equal(troubleDuring('restore'), 'unproven')
})

test('a home and a place that are new have time, and who makes them by hand is asked for none', () => {
  const none = place({ lastMadeAt: null, lastCheckedAt: null })
  assert.equal(troubleOf([none]), 'late')
  assert.equal(troubleOf([none], '03:00', new Date(daysAgo(2))), null)
  assert.equal(troubleOf([place({}), none]), null)
  assert.equal(troubleOf([none], 'never'), null)
  assert.equal(troubleOf([place({ failures: 2 })], 'never'), 'failing')
})

test('a home that was off for days is not late before it could make up for it', () => {
  const places = [place({ lastMadeAt: daysAgo(9) })]
  const troubleSince = (since: string, running: BackupsOverview['running'] = null) =>
    backupTrouble({ places, at: '03:00', since, running }, OLD_HOME, NOW)?.is ?? null
  assert.equal(troubleSince(daysAgo(0.01)), null)
  assert.equal(troubleSince(daysAgo(0.1)), 'late')
  const startedAt = daysAgo(0.02)
  const running = { task: 'backup', step: 'media', done: 1, total: 2, unit: 'bytes', startedAt } as const
  assert.equal(troubleSince(daysAgo(0.1), running), null)
  assert.equal(troubleSince(daysAgo(0.1), { ...running, task: 'verify' }), 'late')
})
