/** `homebird backup list`: what lies in the places, read by this command itself, whether the home runs or not. */
import { borrowSecrets } from '../appliance/borrow-secrets.ts'
import { chosenDataDir, readSettings } from '../appliance/ground.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { type PlaceAddress, parsePlaceAddress, placeId, placeLabel } from '../core/backup-places.ts'
import { HomebirdError } from '../core/errors.ts'
import { BACKUP_PREFIX, readBackupName } from '../keeping/format/names.ts'
import { readSealedFile } from '../keeping/format/sealed-file.ts'
import type { BackupPlace } from '../keeping/places/backup-place.ts'
import { openBackupPlace } from '../keeping/places/open-place.ts'
import { commandIo } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

interface ListedBackup {
  readonly place: string
  readonly name: string
  readonly bytes: number
  readonly madeAt: string
  /** Null where its head cannot be read. */
  readonly madeBy: string | null
  readonly isWhole: boolean
}

/** @returns failure where a place does not answer; the others are listed all the same */
export async function listBackups(options: CommonOptions & { readonly to?: string }): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const sources = sourcesFrom({
    ...(options.json === undefined ? {} : { json: options.json }),
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
  })
  const { box } = await borrowSecrets(chosenDataDir(sources))
  const { dir, loaded } = readSettings(sources, box)
  let exit: ExitCode = ExitCode.ok
  for (const address of placesOf(loaded.config.backupTarget, options.to)) {
    const place = await openBackupPlace(address, { dataDir: dir.path, ownFolder: dir.backups })
    try {
      const backups = await backupsIn(place)
      io.put({ place: place.label, backups })
      io.say(`${place.label}: ${backups.length === 0 ? 'no backups' : ''}`)
      for (const backup of backups) io.say(`  ${sentence(backup)}`)
    } catch (error) {
      if (!(error instanceof HomebirdError)) throw error
      exit = ExitCode.failure
      io.put({ place: place.label, error: error.message })
      io.say(`${place.label}: ${error.message}`)
    } finally {
      await place.close()
    }
  }
  return exit
}

/** @throws HomebirdError USAGE for what is neither a place of the settings nor an address */
function placesOf(places: readonly PlaceAddress[], wanted: string | undefined): readonly PlaceAddress[] {
  if (wanted === undefined) return places
  const found = places.find((one) => placeId(one) === wanted || placeLabel(one) === wanted)
  try {
    return [found ?? parsePlaceAddress(wanted)]
  } catch (cause) {
    const known = places.map(placeLabel).join(', ')
    throw new HomebirdError(
      'USAGE',
      `there is no such place; known are ${known}; or give the path of a folder`,
      {
        cause,
      },
    )
  }
}

async function backupsIn(place: BackupPlace): Promise<ListedBackup[]> {
  const listed: ListedBackup[] = []
  for await (const { name, bytes } of place.list(BACKUP_PREFIX)) {
    const found = readBackupName(name)
    if (found === null) continue
    const { madeAt, isWhole } = found
    const madeBy = await makerOf(place, name)
    listed.push({ place: place.label, name, bytes, madeAt: madeAt.toISOString(), madeBy, isWhole })
  }
  return listed.toReversed()
}

/** What is damaged is listed too: verifying says what is wrong with it. */
async function makerOf(place: BackupPlace, name: string): Promise<string | null> {
  const source = await place.get(name, 0, new AbortController().signal)
  try {
    const file = await readSealedFile(source, 'backup', name)
    await file.close()
    return file.head.madeBy
  } catch (error) {
    if (error instanceof HomebirdError && error.code === 'DOCUMENT_INVALID') return null
    throw error
  } finally {
    source.destroy()
  }
}

function sentence({ name, bytes, madeBy, isWhole }: ListedBackup): string {
  const what = isWhole ? 'with all media inside' : 'media beside it'
  return `${name}   ${Math.ceil(bytes / 1_048_576)} MB, ${madeBy === null ? 'its head cannot be read' : `made by ${madeBy}`}, ${what}`
}
