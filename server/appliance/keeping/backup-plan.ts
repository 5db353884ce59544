/**
 * When the next backup into a place is due: every day at the hour of the settings, made up for when it was slept through, tried
 * again when it failed, put off where it would cost battery or a metered line.
 */
import type { Conditions } from '../../contracts/child-message.ts'
import type { KeeperOutcome } from '../../contracts/keeping.ts'

/** What is known of the backups into one place. Moments are milliseconds since 1970. */
export interface PlaceHistory {
  /** Begin of the last that succeeded. */
  readonly doneAt: number | null
  /** Ends of those that failed since, newest first. */
  readonly failedAt: readonly number[]
  /** End of the last that the owner broke off. */
  readonly cancelledAt: number | null
}

export interface PlanFacts {
  readonly now: number
  /** When this home began to run: it is left in peace for a while. */
  readonly startedAt: number
  /** Minutes after midnight; null for never. */
  readonly atMinutes: number | null
  readonly conditions: Conditions
  /** A place on the internet costs the line something. */
  readonly isFar: boolean
}

export type BackupPlan =
  | { readonly is: 'due' }
  | { readonly is: 'at'; readonly moment: number }
  | { readonly is: 'waiting'; readonly for: 'power' | 'line' }
  | { readonly is: 'off' }

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const PEACE_MS = 10 * MINUTE_MS
/** Before the second, the third, ... attempt of one day. */
const PAUSES_MS = [15 * MINUTE_MS, 60 * MINUTE_MS, 4 * 60 * MINUTE_MS]
/** So long a backup may be put off for the battery. */
const MOST_OFF_POWER_MS = 3 * DAY_MS
/** A clock that is set right goes back a little, and makes no day of many. */
const MOST_AHEAD_MS = DAY_MS

export function planBackup(told: PlaceHistory, facts: PlanFacts): BackupPlan {
  const { now, atMinutes } = facts
  const history = believed(told, now)
  if (atMinutes === null) return { is: 'off' }
  const lastDue = dueBefore(now, atMinutes)
  const next: BackupPlan = { is: 'at', moment: dueAfter(now, atMinutes) }
  const isMade = (history.doneAt ?? 0) >= lastDue
  // Who breaks one off wants peace until the next night.
  if (isMade || (history.cancelledAt ?? 0) >= lastDue) return next
  const tries = history.failedAt.filter((moment) => moment >= lastDue)
  const pause = tries.length === 0 ? 0 : PAUSES_MS[tries.length - 1]
  if (pause === undefined) return next
  const atPeace = facts.startedAt <= now ? facts.startedAt + PEACE_MS : now
  const moment = Math.max((tries[0] ?? 0) + pause, atPeace)
  if (moment > now) return { is: 'at', moment: Math.min(moment, next.moment) }
  return obstacle(history, facts) ?? { is: 'due' }
}

/** What a clock noted that was days ahead says nothing: else nothing would be due until it has come. */
function believed({ doneAt, failedAt, cancelledAt }: PlaceHistory, now: number): PlaceHistory {
  const isPast = (moment: number | null): boolean => moment !== null && moment <= now + MOST_AHEAD_MS
  return {
    doneAt: isPast(doneAt) ? doneAt : null,
    failedAt: failedAt.filter(isPast),
    cancelledAt: isPast(cancelledAt) ? cancelledAt : null,
  }
}

function obstacle(
  { doneAt }: PlaceHistory,
  { conditions, isFar, now, startedAt }: PlanFacts,
): BackupPlan | null {
  if (isFar && conditions.isMetered === true) return { is: 'waiting', for: 'line' }
  const isPressing = now - (doneAt ?? startedAt) > MOST_OFF_POWER_MS
  return conditions.isOnBattery && !isPressing ? { is: 'waiting', for: 'power' } : null
}

const PROOF_EVERY_MS = 30 * DAY_MS

/**
 * Each backup is proven as it is made, but for media that lay beside it already: once a month they are read too.
 * @param outcomes  of one place, newest first
 * @returns the name of its newest backup where that is due
 */
export function proofDue(outcomes: readonly KeeperOutcome[], now: number): string | null {
  const made = outcomes.filter(({ task, result }) => task === 'backup' && result === 'done')
  const proofs = outcomes.filter(({ task, isThorough }) => task === 'verify' && isThorough === true)
  // Also one that found damage: the next backup brings it again. One that came to no end proves nothing, and is tried again.
  const last = proofs.find(
    ({ result, isRefuted }) => result === 'done' || (result === 'failed' && isRefuted !== false),
  )
  const since = Date.parse((last ?? made.at(-1))?.endedAt ?? '')
  const tried = Date.parse(proofs[0]?.endedAt ?? '')
  const isDue = now - since > PROOF_EVERY_MS && !(now - tried <= DAY_MS)
  return isDue ? (made[0]?.subject ?? null) : null
}

/** The clock of the machine decides, through summer time too. */
function dueBefore(now: number, minutes: number): number {
  const today = momentOf(now, minutes, 0)
  return today <= now ? today : momentOf(now, minutes, -1)
}

function dueAfter(now: number, minutes: number): number {
  const today = momentOf(now, minutes, 0)
  return today > now ? today : momentOf(now, minutes, 1)
}

function momentOf(now: number, minutes: number, days: number): number {
  const day = new Date(now)
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, 0, minutes).getTime()
}
