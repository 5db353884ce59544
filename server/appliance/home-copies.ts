/** The copies of a home, for the command line and for the start-up window: while the home itself does not run. */
import { existsSync } from 'node:fs'
import { inspectDataDir } from '../core/data-dir.ts'
import { HomebirdError, describeError } from '../core/errors.ts'
import { type JournalLine, openApplianceStore } from './appliance-store.ts'
import type { CopyWatch, Room } from './copies/copy-files.ts'
import { type HomeCopy, listCopies } from './copies/copy-manifest.ts'
import { type TakenBack, takeBack } from './copies/take-back.ts'
import { measureCopy } from './copies/take-copy.ts'
import { lockDataDir } from './data-dir-lock.ts'
import { type GroundSources, chosenDataDir } from './ground.ts'

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
  return measureCopy(chosenDataDir(sources))
}

/**
 * Puts the copy in the place of the home, which must not run, and keeps what stood there.
 * @throws HomebirdError NOT_RUNNING where there is no home, DATA_DIR_LOCKED while it runs, and what `takeBack` throws; then
 *   nothing was changed
 */
export async function takeHomeCopyBack(
  sources: GroundSources,
  name: string,
  watch: CopyWatch = {},
): Promise<TakenBack> {
  const dir = chosenDataDir(sources)
  inspectDataDir(dir.path)
  if (!existsSync(dir.backups))
    throw new HomebirdError('NOT_FOUND', `there is no home with copies in ${dir.path}`)
  const lock = lockDataDir(dir)
  try {
    const said: { level: 'info' | 'warn'; message: string }[] = []
    const done = await takeBack(dir, name, {
      ...watch,
      notice: (level, message) => said.push({ level, message }),
    })
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
