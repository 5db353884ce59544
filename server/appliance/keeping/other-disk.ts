/** Whether a folder lies on a disk of its own, which may be away: then nothing is to be written where it would be. */
import { statSync } from 'node:fs'
import { parse } from 'node:path'
import type { PlaceAddress } from '../../core/backup-places.ts'

/** What was given as a folder, as a folder of another disk where it is one now. */
export function asItLies(place: PlaceAddress, dataDir: string): PlaceAddress {
  if (place.kind !== 'folder' || place.path === null || place.isOtherDisk) return place
  const at = deviceOf(place.path)
  const ours = deviceOf(dataDir)
  const isOther = at !== null && ours !== null && at !== ours && at !== deviceOf(parse(place.path).root)
  return isOther ? { ...place, isOtherDisk: true } : place
}

/** Null where it is not there: nobody knows then. */
function deviceOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.dev ?? null
}
