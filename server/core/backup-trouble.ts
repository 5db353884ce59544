/** What of the backups the owner has to know without asking: that they fail, are late, or are not proven. */
import type { BackupsOverview, PlaceFacts } from '../contracts/backups.ts'
import type { BackupTrouble } from '../contracts/home-feed.ts'

export interface TroubleFound {
  readonly is: BackupTrouble
  readonly place: PlaceFacts
}

/** One may be an accident: the next attempt of the night is awaited. */
const MANY_FAILURES = 2
const DAY_MS = 86_400_000
const LATE_AFTER_MS = 3 * DAY_MS
/** A home that was off for days makes up for it once it has come to rest. */
const COMES_TO_REST_MS = 3_600_000
/** For the first: each is proven as soon as it is made, so that this long is enough. Later ones may be the accident of a night. */
const UNPROVEN_AFTER_MS = DAY_MS

/**
 * The worst first. Whoever makes them by hand only is left in peace about when.
 * @param since  the home has had the chance to make one from then on
 */
export function backupTrouble(
  { places, at, since: runsSince, running }: Pick<BackupsOverview, 'places' | 'at' | 'since' | 'running'>,
  since: Date,
  now: Date,
): TroubleFound | null {
  const ageMs = (moment: string | null): number =>
    now.getTime() - Math.max(since.getTime(), moment === null ? -Infinity : Date.parse(moment))
  const found = (is: BackupTrouble, isSo: (place: PlaceFacts) => boolean): TroubleFound | null => {
    const place = places.find(isSo)
    return place === undefined ? null : { is, place }
  }
  // A place that was added just now has none yet; that of the others is told by theirs.
  const isNew = ({ lastMadeAt }: PlaceFacts): boolean =>
    lastMadeAt === null && places.some((other) => other.lastMadeAt !== null)
  const isMakingUp = running?.task === 'backup' || now.getTime() - Date.parse(runsSince) < COMES_TO_REST_MS
  // After a pause the first one is not proven yet while it is being made.
  const isAtIt = running?.task === 'backup' || running?.task === 'verify'
  return (
    found('failing', ({ failures }) => failures >= MANY_FAILURES) ??
    (at === 'never' || isMakingUp
      ? null
      : found('late', (place) => !isNew(place) && ageMs(place.lastMadeAt) > LATE_AFTER_MS)) ??
    found(
      'unproven',
      ({ lastMadeAt, lastCheckedAt }) =>
        lastMadeAt !== null &&
        (lastCheckedAt === null
          ? ageMs(lastMadeAt) > UNPROVEN_AFTER_MS
          : !isAtIt && lastCheckedAt < lastMadeAt && ageMs(lastCheckedAt) > LATE_AFTER_MS),
    )
  )
}
