/** The copies of a home, for the command line and for the start-up window: while the home itself does not run. */
import { existsSync } from 'node:fs'
import { type DataDir, inspectDataDir } from '../core/data-dir.ts'
import { HomebirdError, describeError } from '../core/errors.ts'
import { SecretFolder } from '../core/secret-box.ts'
import { type JournalLine, openApplianceStore } from './appliance-store.ts'
import type { Notice } from './copies/cold-cluster.ts'
import type { CopyWatch, Room } from './copies/copy-files.ts'
import { type HomeCopy, listCopies } from './copies/copy-manifest.ts'
import { type TakenBack, takeBack } from './copies/take-back.ts'
import { measureCopy } from './copies/take-copy.ts'
import { lockDataDir } from './data-dir-lock.ts'
import { type GroundSources, chosenDataDir, readSettings } from './ground.ts'
import { Seal } from './seal.ts'
import type { Sealer } from './sealer.ts'

/** Newest first; may be asked while the home runs. @throws HomebirdError SETTING_INVALID, DATA_DIR_UNUSABLE */
export function listHomeCopies(sources: GroundSources): HomeCopy[] {
  const dir = chosenDataDir(sources)
  inspectDataDir(dir.path)
  return listCopies(dir)
}

/** What the copy before the first start of another version would need now, and what is free. */
export async function measureHomeCopy(
  sources: GroundSources,
): Promise<Room & { readonly databaseBytes: number }> {
  return measureCopy(chosenDataDir(sources), isDatabaseElsewhere(sources))
}

/** Settings that cannot be read name none: then rather too much room is asked for. */
function isDatabaseElsewhere(sources: GroundSources): boolean {
  try {
    const { loaded } = readSettings(sources)
    return loaded.config.databaseUrl !== null || loaded.origins.databaseUrl.from === 'sealed'
  } catch {
    return false // the start says what is wrong with them
  }
}

export interface TakeBackWatch extends CopyWatch {
  /** The keychain, in the desktop app. */
  readonly sealer?: Sealer | null | undefined
}

/**
 * Puts the copy in the place of the home, which must not run, and keeps what stood there.
 * @throws HomebirdError NOT_RUNNING where there is no home, DATA_DIR_LOCKED while it runs, and what `takeBack` throws; then
 *   nothing was changed
 */
export async function takeHomeCopyBack(
  sources: GroundSources,
  name: string,
  { sealer = null, ...watch }: TakeBackWatch = {},
): Promise<TakenBack> {
  const dir = chosenDataDir(sources)
  inspectDataDir(dir.path)
  if (!existsSync(dir.backups))
    throw new HomebirdError('NOT_FOUND', `there is no home with copies in ${dir.path}`)
  const lock = lockDataDir(dir)
  try {
    const said: { level: 'info' | 'warn'; message: string }[] = []
    const notice: Notice = (level, message) => void said.push({ level, message })
    const openSecrets = () => openSecretsWhereItCan(dir, sealer, notice)
    const done = await takeBack(dir, name, { ...watch, notice, openSecrets })
    const store = openApplianceStore(dir)
    try {
      for (const line of said) store.journal({ ...line, part: 'appliance' })
    } finally {
      store.close()
    }
    return done
  } finally {
    lock.release()
  }
}

/** A home whose secrets cannot be opened may be just what a copy is to mend: then a database that still runs is proven without. */
async function openSecretsWhereItCan(
  dir: DataDir,
  sealer: Sealer | null,
  notice: Notice,
): Promise<SecretFolder | undefined> {
  if (sealer === null) return undefined
  try {
    return new SecretFolder(dir.secrets, (await Seal.open(dir, sealer, notice)).box)
  } catch (error) {
    notice('warn', `taken back without the secrets of the home: ${describeError(error)}`)
    return undefined
  }
}

/**
 * The newest lines of the journal of a home that does not run, oldest first; a journal that cannot be read says so in a line
 * of its own, because it is asked for when something is broken.
 */
export function readHomeJournal(sources: GroundSources, count: number): JournalLine[] {
  try {
    const store = openApplianceStore(chosenDataDir(sources), 'read')
    try {
      return store.journalTail(count)
    } finally {
      store.close()
    }
  } catch (error) {
    const message = `the journal cannot be read: ${describeError(error)}`
    return [{ at: new Date().toISOString(), level: 'error', part: 'appliance', message }]
  }
}
