/** Which backups are kept: the last of each of the newest days, weeks and months that have one. */
import type { KeepRule } from '../core/backup-settings.ts'

interface Dated {
  readonly madeAt: Date
}

/** A clock that is set right goes back a little. */
const MOST_AHEAD_MS = 86_400_000

/**
 * By the clock of this machine, as the owner reads its days. One whose date is still to come was made by a clock that was wrong, or
 * the clock is wrong now: it stays, and counts for nothing.
 * @returns those that go, oldest first
 */
export function backupsToRemove<B extends Dated>(backups: readonly B[], rule: KeepRule, now: Date): B[] {
  const sure = backups.filter(({ madeAt }) => madeAt.getTime() <= now.getTime() + MOST_AHEAD_MS)
  const newestFirst = sure.toSorted((one, other) => other.madeAt.getTime() - one.madeAt.getTime())
  const kept = new Set<B>([
    // Whatever the rule says.
    ...newestFirst.slice(0, 1),
    ...lastOfEach(newestFirst, rule.days, dayOf),
    ...lastOfEach(newestFirst, rule.weeks, weekOf),
    ...lastOfEach(newestFirst, rule.months, monthOf),
  ])
  return newestFirst.filter((backup) => !kept.has(backup)).reverse()
}

function lastOfEach<B extends Dated>(
  newestFirst: readonly B[],
  count: number,
  spanOf: (at: Date) => string,
): B[] {
  const found = new Map<string, B>()
  for (const backup of newestFirst) {
    const span = spanOf(backup.madeAt)
    if (!found.has(span)) found.set(span, backup)
    if (found.size > count) found.delete(span)
  }
  return [...found.values()]
}

const monthOf = (at: Date): string => `${at.getFullYear()}-${at.getMonth()}`
const dayOf = (at: Date): string => `${monthOf(at)}-${at.getDate()}`

/** Its Monday. */
function weekOf(at: Date): string {
  const sinceMonday = (at.getDay() + 6) % 7
  return dayOf(new Date(at.getFullYear(), at.getMonth(), at.getDate() - sinceMonday))
}
