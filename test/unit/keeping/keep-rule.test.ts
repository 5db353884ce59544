import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backupsToRemove } from '../../../server/keeping/keep-rule.ts'

interface Made {
  readonly madeAt: Date
}

const at = (year: number, month: number, day: number, hour = 3): Made => ({
  madeAt: new Date(year, month - 1, day, hour),
})
const NOW = new Date(2026, 5, 1)
const RULE = { days: 7, weeks: 4, months: 6 }
const dayOf = ({ madeAt }: Made): string =>
  `${madeAt.getFullYear()}-${String(madeAt.getMonth() + 1).padStart(2, '0')}-${String(madeAt.getDate()).padStart(2, '0')}`

/** Runs the rule every night, as a place lives. */
function nights(count: number, rule: typeof RULE, start = at(2025, 1, 1)): Made[] {
  let kept: Made[] = []
  for (let night = 0; night < count; night += 1) {
    const madeAt = new Date(start.madeAt)
    madeAt.setDate(madeAt.getDate() + night)
    kept.push({ madeAt })
    const gone = new Set(backupsToRemove(kept, rule, madeAt))
    kept = kept.filter((backup) => !gone.has(backup))
  }
  return kept
}

test('after a year of nights there are seven days, the ends of four weeks and of six months', () => {
  // The last night is Friday, 2 January 2026.
  assert.deepEqual(nights(367, RULE).map(dayOf), [
    '2025-08-31',
    '2025-09-30',
    '2025-10-31',
    '2025-11-30',
    '2025-12-14',
    '2025-12-21',
    '2025-12-27',
    '2025-12-28',
    '2025-12-29',
    '2025-12-30',
    '2025-12-31',
    '2026-01-01',
    '2026-01-02',
  ])
})

/** Numbers that are the same in every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    yield state / 2_147_483_648
  }
}

test('whatever was made when: the newest stays, the rule bounds what is left, and it is the same twice', () => {
  const random = numbers(7)
  const next = (most: number): number => Math.floor(random.next().value * most)
  for (let round = 0; round < 300; round += 1) {
    const rule = { days: next(9), weeks: next(6), months: next(8) }
    const backups = Array.from({ length: 1 + next(60) }, () => ({
      madeAt: new Date(2024, next(24), 1 + next(31), next(24), next(60)),
    }))
    const gone = new Set(backupsToRemove(backups, rule, NOW))
    const kept = backups.filter((backup) => !gone.has(backup))
    const newest = Math.max(...backups.map(({ madeAt }) => madeAt.getTime()))
    assert.ok(
      kept.some(({ madeAt }) => madeAt.getTime() === newest),
      'the newest stays',
    )
    assert.ok(kept.length <= Math.max(1, rule.days + rule.weeks + rule.months))
    const days = [...new Set(backups.map(dayOf))].sort().reverse().slice(0, rule.days)
    for (const day of days) {
      const ofDay = backups.filter((backup) => dayOf(backup) === day)
      const last = Math.max(...ofDay.map(({ madeAt }) => madeAt.getTime()))
      assert.ok(
        kept.some(({ madeAt }) => madeAt.getTime() === last),
        `the last of ${day} stays`,
      )
    }
    const keptMonths = new Set(kept.map((backup) => dayOf(backup).slice(0, 7)))
    const months = [...new Set(backups.map((backup) => dayOf(backup).slice(0, 7)))].sort().reverse()
    for (const month of months.slice(0, rule.months))
      assert.ok(keptMonths.has(month), `one of ${month} stays`)
    assert.deepEqual(backupsToRemove(kept, rule, NOW), [], 'what was kept is kept again')
  }
})

test('a week begins on Monday, also over the end of a year', () => {
  const weekly = { days: 0, weeks: 2, months: 0 }
  const backups = [at(2025, 12, 28), at(2025, 12, 29), at(2026, 1, 1), at(2026, 1, 4), at(2026, 1, 5)]
  assert.deepEqual(backupsToRemove(backups, weekly, NOW).map(dayOf), [
    '2025-12-28',
    '2025-12-29',
    '2026-01-01',
  ])
})

test('what a clock that was wrong has dated in days to come stays, and takes the place of none', () => {
  const daily = { days: 2, weeks: 0, months: 0 }
  const now = new Date(2026, 0, 10, 4)
  const ahead = [at(2031, 1, 1), at(2031, 1, 2), at(2031, 1, 3)]
  const right = [at(2026, 1, 8), at(2026, 1, 9), at(2026, 1, 10)]
  assert.deepEqual(backupsToRemove([...ahead, ...right], daily, now).map(dayOf), ['2026-01-08'])
  assert.deepEqual(backupsToRemove(ahead, daily, now), [], 'nor does a clock that is wrong now')
  const back = new Date(2026, 0, 10, 2)
  assert.deepEqual(backupsToRemove(right, daily, back).map(dayOf), ['2026-01-08'], 'an hour is nothing')
})
