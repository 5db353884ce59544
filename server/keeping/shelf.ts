/** Backups as they lie in a place: listed with what stands open in their heads, given out sealed, removed with what belongs to them. */
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { BackupInside, ListedBackup, PlaceListing, PlaceTrial } from '../contracts/backups.ts'
import type { BackupSource } from '../contracts/keeping.ts'
import { readPlaceAddress, placeLabel } from '../core/backup-places.ts'
import { HomebirdError, isHomebirdError } from '../core/errors.ts'
import { inTime } from '../core/in-time.ts'
import { BACKUP_PREFIX, readBackupName } from './format/names.ts'
import { readSealedFile } from './format/sealed-file.ts'
import type { BackupPlace } from './places/backup-place.ts'
import { type PlaceSurroundings, openBackupPlace } from './places/open-place.ts'
import { makeSftpKey } from './places/sftp-session.ts'
import { lookInside } from './restore/look-inside.ts'
import type { BackupWords } from './restore/open-backup.ts'
import { removeBackup } from './tidy-place.ts'

type Found = Omit<ListedBackup, 'checked'>

const TRIAL_NAME = 'homebird-trial'
const TRIAL = Buffer.from('Homebird can write here.\n')
/** The whole of a trial, or of looking at a place. */
const LIMIT_MS = 60_000
const AT_ONCE = 4

export class Shelf {
  readonly #around: PlaceSurroundings

  constructor(around: PlaceSurroundings) {
    this.#around = around
  }

  async list(address: string): Promise<Found[]> {
    return this.#with(address, async (place) => {
      const found: Found[] = []
      for await (const { name, bytes } of place.list(BACKUP_PREFIX)) {
        const backup = readBackupName(name)
        if (backup === null) continue
        const madeAt = backup.madeAt.toISOString()
        found.push({ name, bytes, madeAt, madeBy: null, isWhole: backup.isWhole })
      }
      const listed: Found[] = []
      while (found.length > 0) {
        const some = found.splice(-AT_ONCE)
        listed.push(
          ...(await Promise.all(
            some.map(async (one) => Object.assign(one, { madeBy: await makerOf(place, one.name) })),
          )),
        )
      }
      return listed.toSorted((one, other) => (one.madeAt < other.madeAt ? 1 : -1))
    })
  }

  async find(address: string): Promise<PlaceListing> {
    try {
      const subject = placeLabel(readPlaceAddress(address))
      const remedy = 'see whether it can be reached from here, and look again'
      const backups = await inTime(this.list(address), LIMIT_MS, { subject, remedy })
      return { backups, message: null, seenHostKey: null }
    } catch (error) {
      return { backups: [], ...flawOf(error) }
    }
  }

  async read(address: string, name: string): Promise<{ readonly bytes: number; readonly content: Readable }> {
    requireBackupName(name)
    const place = await openBackupPlace(readPlaceAddress(address), this.#around)
    try {
      const bytes = await sizeOf(place, name)
      const content = await place.get(name, 0, new AbortController().signal)
      content.once('close', () => void place.close())
      return { bytes, content }
    } catch (error) {
      await place.close()
      throw error
    }
  }

  async remove(address: string, name: string): Promise<void> {
    requireBackupName(name)
    await this.#with(address, async (place) => removeBackup(place, name, AbortSignal.timeout(LIMIT_MS)))
  }

  async try(address: string): Promise<PlaceTrial> {
    try {
      return await this.#with(address, async (place) => {
        const signal = AbortSignal.timeout(LIMIT_MS)
        await place.put(TRIAL_NAME, Readable.from([TRIAL]), signal)
        const isListed = (await Array.fromAsync(place.list(TRIAL_NAME))).length === 1
        const back = await buffer(await place.get(TRIAL_NAME, 0, signal))
        await place.remove(TRIAL_NAME)
        const isGood = isListed && back.equals(TRIAL)
        const message = isGood ? null : `${place.label} does not give back what was put there; choose another`
        return { isGood, message, freeBytes: await place.free(), seenHostKey: null }
      })
    } catch (error) {
      return { isGood: false, freeBytes: null, ...flawOf(error) }
    }
  }

  async look(from: BackupSource, keys: BackupWords): Promise<BackupInside> {
    if ('name' in from) requireBackupName(from.name)
    return lookInside(from, keys, this.#around.dataDir, AbortSignal.timeout(LIMIT_MS))
  }

  async makeKey(): Promise<{ readonly privateKey: string; readonly publicKey: string }> {
    return makeSftpKey()
  }

  async #with<T>(address: string, use: (place: BackupPlace) => Promise<T>): Promise<T> {
    const place = await openBackupPlace(readPlaceAddress(address), this.#around)
    try {
      return await use(place)
    } finally {
      await place.close()
    }
  }
}

/** What an owner can do something about; anything else is thrown on. */
function flawOf(error: unknown): Pick<PlaceTrial, 'message' | 'seenHostKey'> {
  if (!isHomebirdError(error)) throw error
  const { seenHostKey } = error.details
  return { message: error.message, seenHostKey: typeof seenHostKey === 'string' ? seenHostKey : null }
}

function requireBackupName(name: string): void {
  if (readBackupName(name) === null) throw new HomebirdError('NOT_FOUND', `${name} is no backup`)
}

async function sizeOf(place: BackupPlace, name: string): Promise<number> {
  for await (const object of place.list(name)) if (object.name === name) return object.bytes
  throw new HomebirdError('NOT_FOUND', `${name} is not in ${place.label}`)
}

/** Null for one that is damaged at its very beginning: it stands in the list all the same. */
async function makerOf(place: BackupPlace, name: string): Promise<string | null> {
  const source = await place.get(name, 0, AbortSignal.timeout(LIMIT_MS))
  try {
    const file = await readSealedFile(source, 'backup', name)
    await file.close()
    return file.head.madeBy
  } catch (error) {
    if (isHomebirdError(error, 'DOCUMENT_INVALID')) return null
    throw error
  } finally {
    source.destroy()
  }
}
