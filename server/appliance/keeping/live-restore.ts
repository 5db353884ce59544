/** Restoring beside a home that runs: it goes on until the restored one lies whole beside it, and is then opened again as that one. */
import type { DatabaseConnection } from '../../contracts/child-message.ts'
import type { KeeperOutcome, RestoreOrder } from '../../contracts/keeping.ts'
import { type Ground, type GroundSources, withConfigFile } from '../ground.ts'
import type { Launcher } from '../launcher.ts'
import { readBackupKey } from './backup-keys.ts'
import type { BackupSettings } from './backup-settings.ts'
import { hasLeft } from './has-left.ts'
import { requireOwnDatabase } from './own-database.ts'
import type { KeeperWatch } from './run-keeper.ts'
import { stageRestore } from './stage-restore.ts'

export interface LiveRestore {
  /**
   * What the order says wrong is thrown at once, the rest rejects.
   * @throws HomebirdError SETTING_INVALID, NOT_FOUND
   */
  stage(
    order: RestoreOrder,
    backups: Pick<BackupSettings, 'placeNamed'>,
    watch: KeeperWatch,
  ): Promise<KeeperOutcome>
  /** Has the home stop, and whoever runs it start it again. */
  reopen(): void
}

type Needs = Pick<Ground, 'dir' | 'runtime' | 'secrets' | 'loaded'>

export function restoreBeside(
  { dir, runtime, secrets, loaded }: Needs,
  sources: GroundSources,
  {
    launcher,
    reopen,
    notice,
    connection,
  }: RestoresBeside &
    Pick<Parameters<typeof stageRestore>[0], 'notice'> & { readonly connection: () => DatabaseConnection },
): LiveRestore {
  return {
    reopen,
    stage({ from, words, given }, backups, watch) {
      requireOwnDatabase(sources)
      return stageRestore({
        ...watch,
        dir,
        runtime,
        secrets,
        config: loaded.config,
        outside: withConfigFile(sources),
        launcher,
        from: 'file' in from ? from : { place: backups.placeNamed(from.place).address, name: from.name },
        key: given?.key ?? readBackupKey(secrets),
        ...(given === undefined ? {} : { lease: given.lease }),
        words,
        hasLeft: () => hasLeft(connection),
        notice,
        now: new Date(),
      })
    },
  }
}

/** What an appliance lends for it. */
export interface RestoresBeside {
  readonly launcher: Launcher
  readonly reopen: () => void
}
