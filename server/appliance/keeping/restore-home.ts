/** Restores a backup in the place of a home that does not run, or where there is none yet. */
import { existsSync, rmSync } from 'node:fs'
import type { BackupSource, KeeperOutcome } from '../../contracts/keeping.ts'
import { type DataDir, createDataDir, createRooms, inspectDataDir } from '../../core/data-dir.ts'
import { describeError } from '../../core/errors.ts'
import { PLAIN_BOX, SecretFolder } from '../../core/secret-box.ts'
import { openApplianceStore } from '../appliance-store.ts'
import { finishExchange, finishExchangeAtRest } from '../copies/change-places.ts'
import { type Notice, stopWhatRuns } from '../copies/cold-cluster.ts'
import { keepNewestReplaced } from '../copies/take-copy.ts'
import { lockDataDir } from '../data-dir-lock.ts'
import { type GroundSources, chosenDataDir, readSettings, withConfigFile } from '../ground.ts'
import { openRuntimeFolder } from '../runtime-folder.ts'
import { Seal } from '../seal.ts'
import type { Sealer } from '../sealer.ts'
import { readBackupKey } from './backup-keys.ts'
import { requireOwnDatabase } from './own-database.ts'
import { placeNamed } from './backup-settings.ts'
import { type RestoreNeeds, isHomeThere, stageRestore } from './stage-restore.ts'

export interface RestoreWish extends Pick<
  RestoreNeeds,
  'launcher' | 'words' | 'signal' | 'progress' | 'line' | 'lease'
> {
  /** What is brought first is brought under the lock of the folder. */
  readonly from: BackupSource | ((dir: DataDir) => Promise<BackupSource>)
  /** The backup key, where it is known; else this home's own is tried. */
  readonly key?: string
  /** The keychain, in the desktop app. */
  readonly sealer?: Sealer | null | undefined
}

export interface RestoredHome {
  readonly outcome: KeeperOutcome
  /** The name under which what stood here is kept; null where nothing stood here. */
  readonly replaced: string | null
  /** What had to be left out or was noticed, as sentences. */
  readonly said: readonly string[]
}

/** What a command shows before it asks. */
export function lookAtPlace(sources: GroundSources): {
  readonly dataDir: string
  readonly isHomeThere: boolean
  readonly key: string | null
  /** Of a place, by its name in the settings or as an address. @throws HomebirdError NOT_FOUND */
  readonly addressOf: (name: string) => string
} {
  const dir = chosenDataDir(sources)
  inspectDataDir(dir.path)
  const secrets = new SecretFolder(dir.secrets, PLAIN_BOX)
  return {
    dataDir: dir.path,
    isHomeThere: isHomeThere(dir),
    key: ownKey(secrets),
    addressOf: (name) => placeNamed(readSettings(sources).loaded.config.backupTarget, name).address,
  }
}

/**
 * @throws HomebirdError DATA_DIR_LOCKED while the home runs, SETTING_INVALID where an external database is set from outside, and what
 *   `stageRestore` throws; then nothing has changed
 */
export async function restoreHome(
  sources: GroundSources,
  wish: RestoreWish,
  now: Date,
): Promise<RestoredHome> {
  const chosen = chosenDataDir(sources)
  inspectDataDir(chosen.path)
  const wasThere = existsSync(chosen.path)
  const dir = createDataDir(chosen.path)
  const lock = lockDataDir(dir)
  const said: { level: 'info' | 'warn'; message: string }[] = []
  const notice: Notice = (level, message) => void said.push({ level, message })
  try {
    await finishExchangeAtRest(dir, notice)
    createRooms(dir)
    const secrets = await openSecrets(dir, wish.sealer ?? null, notice)
    requireOwnDatabase(sources)
    const { loaded } = readSettings(sources, secrets.box)
    await stopWhatRuns(dir, notice, secrets)
    const runtime = openRuntimeFolder(dir.path, { env: sources.env, uid: process.getuid?.() ?? null })
    try {
      const { config } = loaded
      const outcome = await stageRestore({
        ...wish,
        from: typeof wish.from === 'function' ? await wish.from(dir) : wish.from,
        dir,
        runtime,
        secrets,
        config,
        outside: withConfigFile(sources),
        notice,
        now,
        key: wish.key ?? ownKey(secrets),
      })
      const exchanged = finishExchange(dir)
      keepNewestReplaced(dir, now)
      tellJournal(dir, outcome, exchanged?.replaced ?? null)
      return { outcome, replaced: exchanged?.replaced ?? null, said: said.map(({ message }) => message) }
    } finally {
      rmSync(runtime.path, { recursive: true, force: true })
    }
  } finally {
    lock.release()
    if (!wasThere && !isHomeThere(dir)) rmSync(dir.path, { recursive: true, force: true })
  }
}

/** A home whose secrets cannot be opened may be just what the backup is to mend. */
export async function openSecrets(
  dir: DataDir,
  sealer: Sealer | null,
  notice: Notice,
): Promise<SecretFolder> {
  try {
    return new SecretFolder(dir.secrets, (await Seal.open(dir, sealer, notice)).box)
  } catch (error) {
    notice('warn', `restored without the secrets of the home that was there: ${describeError(error)}`)
    return new SecretFolder(dir.secrets, PLAIN_BOX)
  }
}

export function ownKey(secrets: SecretFolder): string | null {
  try {
    return readBackupKey(secrets)
  } catch {
    return null // sealed or damaged: then words have to open the backup
  }
}

function tellJournal(dir: DataDir, { subject, message }: KeeperOutcome, replaced: string | null): void {
  const store = openApplianceStore(dir)
  try {
    const kept = replaced === null ? '' : `; what stood here is kept as ${replaced}`
    const note = message === null ? '' : `; ${message}`
    store.journal({
      level: 'info',
      part: 'appliance',
      message: `restored from ${subject ?? 'a backup'}${kept}${note}`,
    })
  } finally {
    store.close()
  }
}
