/** Whether an object of a place is of this home: another may keep its backups in the same folder or bucket. */
import { isHomebirdError } from '../core/errors.ts'
import { type SealedHead, readSealedFile } from './format/sealed-file.ts'
import type { BackupPlace } from './places/backup-place.ts'

/** Asks for the name of an object. */
export type IsOurs = (kind: SealedHead['kind'], name: string) => Promise<boolean>

/**
 * Its first bytes tell: what the key does not open is of somebody else, or damaged.
 * @param key  the backup key
 */
export function sealedBy(place: BackupPlace, key: string, signal: AbortSignal): IsOurs {
  return async (kind, name) => {
    try {
      const source = await place.get(name, 0, signal)
      try {
        const chunks = (await readSealedFile(source, kind, name)).open(key)
        await chunks.next()
        await chunks.return(undefined)
        return true
      } finally {
        source.destroy()
      }
    } catch (error) {
      const isNot = isHomebirdError(error, 'DOCUMENT_INVALID') || isHomebirdError(error, 'NOT_FOUND')
      if (isNot && !signal.aborted) return false
      throw error
    }
  }
}
