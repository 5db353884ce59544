/** Gives the keeper what it needs of the supervisor: the home's folder, its secrets, its database, where outcomes are kept. */
import {
  type ChildReport,
  type Conditions,
  type DatabaseConnection,
  USUAL_CONDITIONS,
} from '../../contracts/child-message.ts'
import { describeError, isHomebirdError } from '../../core/errors.ts'
import type { Child } from '../child.ts'
import type { Ground, GroundSources } from '../ground.ts'
import { ADMIN_SECRET } from '../postgres-files.ts'
import { ADMIN_ROLE } from '../postgres-provision.ts'
import { readSecret } from '../secrets.ts'
import { BackupSettings } from './backup-settings.ts'
import { KeeperPart } from './keeper-part.ts'
import { type RestoresBeside, restoreBeside } from './live-restore.ts'

export type { KeeperPart } from './keeper-part.ts'

/** One writes, one looks on, one proves. */
const CONNECTIONS = 3

/** Nothing is late by more than that. */
const LOOK_EVERY_MS = 60_000

interface KeeperSources {
  /** Of the machine, by which what is due may be put off; null where nothing is made by itself. */
  readonly conditions: (() => Conditions) | null
  /** Whether this machine makes by itself what is made once for the home. */
  readonly isFirst?: () => boolean
  readonly launch: () => Child
  /** Null where no home runs. */
  readonly restoring: RestoresBeside | null
  /** @throws HomebirdError DATABASE_UNREACHABLE while it does not run */
  readonly connection: () => DatabaseConnection
  readonly notice: (level: 'info' | 'warn' | 'error', message: string) => void
}

export function openKeeperPart(
  ground: Pick<Ground, 'dir' | 'loaded' | 'runtime' | 'secrets' | 'seal' | 'store'>,
  sources: GroundSources,
  { launch, connection, notice, conditions, restoring, isFirst = () => true }: KeeperSources,
): KeeperPart {
  const { dir, loaded, secrets, seal, store } = ground
  const backups = new BackupSettings({
    loaded,
    store,
    sources,
    box: seal.box,
    conditions: conditions ?? (() => USUAL_CONDITIONS),
    startedAt: Date.now(),
  })
  const keeper = new KeeperPart({
    launch,
    isFirst,
    notice,
    secrets,
    store,
    backups,
    restore: restoring === null ? null : restoreBeside(ground, sources, { ...restoring, notice, connection }),
    admin: () => adminOf({ secrets, loaded }, connection()),
    startMessage: (job) => ({
      type: 'start',
      role: 'keeper',
      index: 0,
      dataDir: dir.path,
      settings: { ...backups.config, tunnelToken: '', backupTarget: [] },
      database: connection(),
      connections: CONNECTIONS,
      publicListen: null,
      privateListen: null,
      oneTimeKeyHash: null,
      windowDir: null,
      waysIn: [],
      vantage: null,
      decoderSocket: null,
      conditions: USUAL_CONDITIONS,
      secretsKey: seal.box.key,
      home: null,
      job,
    }),
  })
  if (conditions !== null) lookEveryMinute(keeper, notice)
  return keeper
}

/** Also after the machine slept, and however its clock was set: what is due is asked anew each time. */
function lookEveryMinute(keeper: KeeperPart, notice: KeeperSources['notice']): void {
  const look = (): void => {
    try {
      keeper.startDue()
    } catch (error) {
      // It comes back, and is asked again then.
      if (isHomebirdError(error, 'DATABASE_UNREACHABLE')) return
      notice('warn', `a backup that is due cannot be started: ${describeError(error)}`)
    }
  }
  keeper.looks(setInterval(look, LOOK_EVERY_MS).unref())
}

type KeeperReport = Extract<ChildReport, { readonly kind: 'keeping' | 'kept' }>

export function isOfKeeper(report: ChildReport): report is KeeperReport {
  return report.kind === 'keeping' || report.kind === 'kept'
}

/** Those who own the embedded cluster may make a database; of another's, the account of the home has to. */
function adminOf(
  { secrets, loaded }: Pick<Ground, 'secrets' | 'loaded'>,
  home: DatabaseConnection,
): DatabaseConnection | null {
  const password = loaded.config.databaseUrl === null ? readSecret(secrets, ADMIN_SECRET) : null
  return password === null ? null : { ...home, user: ADMIN_ROLE, password, database: 'postgres' }
}
