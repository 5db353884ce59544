/** Lends the database of a home to a command: that of the running home, or one started for as long as it takes. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type DatabaseConnection, USUAL_CONDITIONS } from '../contracts/child-message.ts'
import type { Config } from '../core/config.ts'
import { HomebirdError } from '../core/errors.ts'
import { Child } from './child.ts'
import { isDataDirLocked, readLockHolder } from './data-dir-lock.ts'
import {
  type Ground,
  type GroundSources,
  chosenDataDir,
  openGround,
  readSettings,
  refuseForeignDatabase,
} from './ground.ts'
import { openDatabaseLife, planDatabase } from './home-database.ts'
import { upgradeHome } from './keeping/upgrade-home.ts'
import { clusterMajors } from './keeping/old-programs.ts'
import type { Launcher } from './launcher.ts'
import { HOME_SECRET } from './postgres-files.ts'
import { HOME_DATABASE, HOME_ROLE } from './postgres-provision.ts'
import { borrowSecrets } from './borrow-secrets.ts'
import { requireVoice } from './keeping/require-voice.ts'
import { readSecret } from './secrets.ts'

const MIGRATION_LIMIT_MS = 30 * 60_000
const SOCKET_PORT = 5432

type Use<T> = (connection: DatabaseConnection, config: Config) => Promise<T>

export interface BorrowOptions {
  readonly mayMake?: boolean
  readonly whoeverSpeaks?: boolean
}

/**
 * @param launcher  starts the migration where the database has to be started
 * @param mayMake  a folder without a home becomes one; an external database is brought up to date
 * @param whoeverSpeaks  for what only reads, and for what a home needs that another computer has taken over
 * @throws HomebirdError NOT_RUNNING when there is no home in the folder yet, CONFLICT where another computer speaks for it,
 *   SETTING_INVALID where the environment leads to a database that is not the home's, and whatever starting a database throws
 */
export async function withHomeDatabase<T>(
  sources: GroundSources,
  launcher: Launcher,
  use: Use<T>,
  { mayMake = false, whoeverSpeaks = false }: BorrowOptions = {},
): Promise<T> {
  if (!whoeverSpeaks) await requireVoice(sources)
  const secrets = await borrowSecrets(chosenDataDir(sources))
  const { dir, loaded } = readSettings(sources, secrets.box)
  refuseForeignDatabase(dir, loaded)
  const isRunning = isDataDirLocked(dir)
  if (loaded.config.databaseUrl !== null && (isRunning || !mayMake)) {
    const { external } = await planDatabase(loaded.config, 'all')
    if (external !== null) return use(external.connection, loaded.config)
  }
  if (isRunning) return use(connectionOfRunningHome(dir, secrets), loaded.config)
  if (!mayMake && clusterMajors(dir).length === 0) throw noHome(dir.path)
  const useIt = async ({ loaded: { config } }: Ground, connection: DatabaseConnection): Promise<T> =>
    use(connection, config)
  return withOwnDatabase(sources, launcher, useIt, { migratesExternal: mayMake })
}

/**
 * Of a home that does not run: its folder is taken, its database started, or reached where it is another's.
 * @param migratesExternal  one that is another's is brought up to date too, which a start would do
 * @throws HomebirdError DATA_DIR_LOCKED while it runs, and whatever starting a database throws
 */
export async function withOwnDatabase<T>(
  sources: GroundSources,
  launcher: Launcher,
  use: (ground: Ground, connection: DatabaseConnection) => Promise<T>,
  { migratesExternal = false }: { readonly migratesExternal?: boolean } = {},
): Promise<T> {
  const { ground, checked: plan } = await openGround(sources, ({ config }) => planDatabase(config, 'all'))
  try {
    await upgradeHome(ground, launcher)
    for (const line of ground.said) ground.store.journal({ ...line, part: 'appliance' })
    if (plan.external !== null) {
      if (migratesExternal) await migrate(launcher, ground, plan.external.connection)
      return await use(ground, plan.external.connection)
    }
    const database = await openDatabaseLife(ground, plan, () => undefined)
    try {
      await migrate(launcher, ground, database.connection)
      return await use(ground, database.connection)
    } finally {
      await database.stop()
    }
  } finally {
    ground.release()
  }
}

function noHome(folder: string): HomebirdError {
  return new HomebirdError('NOT_RUNNING', `there is no home in ${folder}; make one with: homebird serve`)
}

/** Everything that is needed stands in the folder, readable by its owner only. */
function connectionOfRunningHome(dir: Ground['dir'], secrets: Ground['secrets']): DatabaseConnection {
  const password = readSecret(secrets, HOME_SECRET)
  const controlSocket = readLockHolder(dir)?.controlSocket ?? null
  if (controlSocket === null || process.platform === 'win32') {
    throw new HomebirdError('NOT_RUNNING', `the home in ${dir.path} is still starting; try again in a moment`)
  }
  const host = join(dirname(controlSocket), 'db')
  if (password === null || !existsSync(join(host, `.s.PGSQL.${SOCKET_PORT}`))) {
    throw new HomebirdError(
      'NOT_RUNNING',
      `the home in ${dir.path} has no database of its own that runs; where it was started with another one, give this ` +
        'command the same variables (HOMEBIRD_CONFIG_FILE or HOMEBIRD_DATABASE_URL); else it is still starting: try again in a moment',
    )
  }
  return { host, port: SOCKET_PORT, user: HOME_ROLE, password, database: HOME_DATABASE, ssl: 'disable' }
}

async function migrate(launcher: Launcher, ground: Ground, database: DatabaseConnection): Promise<void> {
  const observer = { line: () => undefined, notice: () => undefined }
  const child = new Child(launcher, { role: 'migrate', name: 'migrate' }, observer)
  await child.begin(
    {
      type: 'start',
      role: 'migrate',
      index: 0,
      dataDir: ground.dir.path,
      settings: ground.loaded.config,
      database,
      connections: 1,
      publicListen: null,
      privateListen: null,
      oneTimeKeyHash: null,
      windowDir: null,
      waysIn: [],
      vantage: null,
      decoderSocket: null,
      conditions: USUAL_CONDITIONS,
      secretsKey: null,
      home: null,
      job: null,
    },
    MIGRATION_LIMIT_MS,
  )
  await child.ended
}
