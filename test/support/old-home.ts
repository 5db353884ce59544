/** A home whose database is of an older PostgreSQL: that of Debian, where it is installed. */
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { programsIn } from '../../server/appliance/postgres-binaries.ts'
import { runProgram, startPostmaster, waitUntil } from '../../server/appliance/postgres-process.ts'
import { fixedArguments } from '../../server/appliance/postgres-settings.ts'
import { openRuntimeFolder } from '../../server/appliance/runtime-folder.ts'
import { randomSecret, saveSecret } from '../../server/appliance/secrets.ts'
import { databaseAccount, giveTo } from '../../server/appliance/unprivileged.ts'
import { type DataDir, createDataDir, createRooms } from '../../server/core/data-dir.ts'
import { PLAIN_BOX, SecretFolder } from '../../server/core/secret-box.ts'
import { withClient } from '../../server/db/connection.ts'
import { migrate } from '../../server/db/migrator.ts'
import { afterInReverse } from './after-in-reverse.ts'
import { testDataDir } from './test-ground.ts'

export const OLD_MAJOR = '15'
const OLD_PROGRAMS = `/usr/lib/postgresql/${OLD_MAJOR}`

/** What a test that needs it says where it is missing. */
export const NO_OLD_POSTGRES = existsSync(join(OLD_PROGRAMS, 'bin', 'initdb'))
  ? false
  : `skipped: no PostgreSQL ${OLD_MAJOR} in ${OLD_PROGRAMS}`

export interface OldHome {
  readonly dir: DataDir
  readonly secrets: SecretFolder
  readonly runtime: ReturnType<typeof openRuntimeFolder>
}

/** Made anew where it is gone. */
export function runtimeOf(dir: DataDir): ReturnType<typeof openRuntimeFolder> {
  return openRuntimeFolder(dir.path, { env: {}, uid: process.getuid?.() ?? null })
}

/** @param fill  SQL that is run on the migrated database, by the home's role */
export async function makeOldHome(t: TestContext, fill: string): Promise<OldHome> {
  const path = testDataDir(t, 'home')
  const dir = createDataDir(path)
  createRooms(dir)
  const secrets = new SecretFolder(dir.secrets, PLAIN_BOX)
  const runtime = runtimeOf(dir)
  afterInReverse(t, () => rmSync(runtime.path, { recursive: true, force: true }))
  const cluster = join(dir.postgres, OLD_MAJOR)
  const account = databaseAccount(cluster)
  if (account !== null) for (const folder of [path, dir.postgres]) chmodSync(folder, 0o711)
  mkdirSync(cluster, { mode: 0o700 })
  const passwords = { admin: randomSecret(), home: randomSecret() }
  saveSecret(secrets, 'postgres-admin', passwords.admin)
  saveSecret(secrets, 'postgres-home', passwords.home)
  const room = join(runtime.path, 'made')
  mkdirSync(room, { recursive: true, mode: 0o700 })
  writeFileSync(join(room, 'password'), passwords.admin, { mode: 0o600 })
  if (account !== null) {
    giveTo(room, account)
    chownSync(cluster, account.uid, account.gid)
  }
  const binaries = programsIn(OLD_PROGRAMS)
  const made = await runProgram(
    binaries.initdb,
    ['-D', cluster, '-U', 'homebird_admin', `--pwfile=${room}/password`, '--auth=scram-sha-256', '-k'].concat(
      ['-E', 'UTF8', '--locale=C', '--lc-ctype=C.UTF-8', '--no-sync', '--no-instructions'],
    ),
    { account, timeoutMs: 60_000 },
  )
  if (made.code !== 0) throw new Error(made.output)
  const log = openSync(join(dir.logs, 'made.log'), 'a')
  const postmaster = await startPostmaster(
    binaries.postgres,
    ['-D', cluster, ...fixedArguments({ socketFolder: room, port: 5432, maxConnections: 10 })],
    account,
    log,
  )
  closeSync(log)
  try {
    const admin = {
      host: room,
      port: 5432,
      user: 'homebird_admin',
      password: passwords.admin,
      database: 'postgres',
      ssl: 'disable' as const,
    }
    await waitUntil(
      () =>
        withClient(admin, (client) => client.query('select 1')).then(
          () => true,
          () => false,
        ),
      60_000,
    )
    await withClient(admin, async (client) => {
      await client.query(`create role homebird login password '${passwords.home}'`)
      await client.query('create database homebird owner homebird')
    })
    const home = { ...admin, user: 'homebird', password: passwords.home, database: 'homebird' }
    await migrate(home)
    await withClient(home, (client) => client.query(fill))
  } finally {
    await runProgram(binaries.pgCtl, ['stop', '-D', cluster, '-m', 'fast', '-w'], {
      account,
      timeoutMs: 30_000,
    })
    await postmaster.ended
  }
  return { dir, secrets, runtime }
}
