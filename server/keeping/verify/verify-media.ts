/** Looks at the media that lie beside a backup: that each is there, and, where there is time, that each is what it should be. */
import { createHash } from 'node:crypto'
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'
import { MEDIA_PREFIX, sha256OfMedium } from '../format/names.ts'
import { readSealedFile } from '../format/sealed-file.ts'
import type { BackupPlace } from '../places/backup-place.ts'
import type { Progress } from '../progress.ts'

export interface BesideMedium {
  /** Its key in the media store. */
  readonly key: string
  readonly bytes: number
}

interface MediaNeeds {
  readonly place: BackupPlace
  /** Of the backup, for messages. */
  readonly name: string
  /** The backup key. */
  readonly key: string
  /** Whether each is read, and not only looked for. */
  readonly isThorough: boolean
  readonly progress: Progress
  readonly signal: AbortSignal
}

/**
 * What is damaged is taken away, as it is of no use to anybody: then the next backup brings it again.
 * @param wanted  by the names of the objects
 * @throws HomebirdError DOCUMENT_INVALID with how many are missing or damaged
 */
export async function verifyMedia(
  wanted: ReadonlyMap<string, BesideMedium>,
  needs: MediaNeeds,
): Promise<void> {
  const { place, name, isThorough, progress, signal } = needs
  if (wanted.size === 0) return
  const missing = new Set(wanted.keys())
  progress.begin('media', 'files', wanted.size)
  for await (const { name: object, bytes } of place.list(MEDIA_PREFIX)) {
    signal.throwIfAborted()
    // Sealed it is larger than it was.
    if (bytes >= (wanted.get(object)?.bytes ?? Infinity)) missing.delete(object)
    if (!isThorough) progress.add(1)
  }
  let damaged = 0
  if (isThorough) {
    for (const [object, medium] of wanted) {
      signal.throwIfAborted()
      if (!missing.has(object) && !(await isSound(object, medium, needs))) {
        damaged += 1
        await place.remove(object)
      }
      progress.add(1)
    }
  }
  if (missing.size === 0 && damaged === 0) return
  const why = [
    ...(missing.size === 0 ? [] : [`${missing.size} media that it needs do not lie beside it`]),
    ...(damaged === 0 ? [] : [`${damaged} media beside it were damaged and are taken away`]),
  ].join(', ')
  throw new HomebirdError('DOCUMENT_INVALID', `${name}: ${why}; the next backup brings them again`)
}

/** @throws what the place throws: one that does not answer says nothing about a medium */
async function isSound(
  object: string,
  { key: mediumKey }: BesideMedium,
  { place, key, signal }: MediaNeeds,
): Promise<boolean> {
  const source = await place.get(object, 0, signal)
  try {
    const file = await readSealedFile(source, 'medium', object)
    const hash = createHash('sha256')
    for await (const chunk of file.open(key)) hash.update(chunk)
    return file.head.name === object && hash.digest('hex') === sha256OfMedium(mediumKey)
  } catch (error) {
    if (isHomebirdError(error, 'DOCUMENT_INVALID')) return false
    throw error
  } finally {
    source.destroy()
  }
}
