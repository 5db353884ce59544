/** Backups as they are looked at while no home runs: which lie in folders of this computer, and what one of them holds. */
import type { BackupInside } from '../../contracts/backups.ts'
import type { PlacedBackup } from '../../contracts/keeper-look.ts'
import type { BackupSource } from '../../contracts/keeping.ts'
import { OWN_FOLDER, placeText } from '../../core/backup-places.ts'
import type { Config } from '../../core/config.ts'
import { type DataDir, inspectDataDir } from '../../core/data-dir.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { SecretFolder } from '../../core/secret-box.ts'
import { type GroundSources, chosenDataDir, readSettings } from '../ground.ts'
import type { Launcher } from '../launcher.ts'
import type { Sealer } from '../sealer.ts'
import { openSecrets, ownKey } from './restore-home.ts'
import { type KeeperFacts, lookByKeeper } from './run-keeper.ts'
import { isHomeThere } from './stage-restore.ts'

export interface LooksAtBackups {
  readonly launcher: Launcher
  /** The keychain, in the desktop app. */
  readonly sealer?: Sealer | null | undefined
  readonly signal?: AbortSignal
}

/**
 * Those of the home's own folder and of every folder and disk of the settings; newest first. What cannot be read says why.
 * @throws HomebirdError SETTING_INVALID, DATA_DIR_UNUSABLE, NOT_RUNNING when it was broken off
 */
export async function listKeptBackups(
  sources: GroundSources,
  looks: LooksAtBackups,
): Promise<{ readonly backups: readonly PlacedBackup[]; readonly flaws: readonly string[] }> {
  const { facts, config } = await standFor(sources, looks)
  const folders = config.backupTarget.filter(({ kind }) => kind === 'folder').map(placeText)
  const places = [...new Set([placeText(OWN_FOLDER), ...folders])]
  const sight = await lookByKeeper(looks.launcher, facts, { task: 'list', places }, looks.signal)
  if (sight.saw === 'places') return sight
  throw new HomebirdError('INTERNAL', `a keeper was asked for backups and saw ${sight.saw}`)
}

/**
 * @throws HomebirdError UNPROCESSABLE where it is no backup, is damaged, or stays closed; NOT_RUNNING when it was broken off
 */
export async function lookIntoBackup(
  sources: GroundSources,
  from: BackupSource,
  words: string | null,
  looks: LooksAtBackups,
): Promise<{ readonly inside: BackupInside; readonly isHomeThere: boolean; readonly dataDir: string }> {
  const { facts, dir, secrets } = await standFor(sources, looks)
  const look = { task: 'look', from, key: ownKey(secrets), words } as const
  const sight = await lookByKeeper(looks.launcher, facts, look, looks.signal)
  if (sight.saw === 'inside')
    return { inside: sight.inside, isHomeThere: isHomeThere(dir), dataDir: dir.path }
  throw new HomebirdError('INTERNAL', `a keeper was asked what is in a backup and saw ${sight.saw}`)
}

interface Stand {
  readonly dir: DataDir
  readonly secrets: SecretFolder
  readonly config: Config
  readonly facts: KeeperFacts
}

async function standFor(sources: GroundSources, { sealer = null }: LooksAtBackups): Promise<Stand> {
  const dir = chosenDataDir(sources)
  inspectDataDir(dir.path)
  // A keychain that stays shut is told once the backup is restored; until then words may open it.
  const secrets = await openSecrets(dir, sealer, () => undefined)
  const { config } = readSettings(sources, secrets.box).loaded
  return {
    dir,
    secrets,
    config,
    facts: { dataDir: dir.path, config, database: null, secretsKey: secrets.box.key },
  }
}
