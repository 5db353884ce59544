/** Whether a folder lies on a disk of its own, which may be away: then nothing is to be written where it would be. */
import { stat } from 'node:fs/promises'
import { parse } from 'node:path'
import type { PlaceAddress } from '../../core/backup-places.ts'
import { inTime } from '../../core/in-time.ts'

/** A disk of another machine that does not answer holds whoever asks it, for as long as it likes. */
const PATIENCE_MS = 10_000

/**
 * What was given as a folder, as a folder of another disk where it is one now.
 * @throws HomebirdError UNAVAILABLE where its disk does not answer
 */
export async function asItLies(
  place: PlaceAddress,
  dataDir: string,
  look: typeof deviceOf = deviceOf,
): Promise<PlaceAddress> {
  if (place.kind !== 'folder' || place.path === null || place.isOtherDisk) return place
  const folder = place.path
  const found = Promise.all([look(folder), look(dataDir), look(parse(folder).root)])
  const [at, ours, root] = await inTime(found, PATIENCE_MS, {
    subject: `the disk of ${folder}`,
    remedy: 'see whether it is there, and add the place again',
  })
  const isOther = at !== null && ours !== null && at !== ours && at !== root
  return isOther ? { ...place, isOtherDisk: true } : place
}

/** Null where it is not there: nobody knows then. */
async function deviceOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).dev
  } catch {
    return null
  }
}
