/** The cluster's folder: made once by initdb, in one step that is either done or not; its settings at every start. */
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { syncFolder, writeFileAtomically } from '../core/atomic-file.ts'
import type { DataDir } from '../core/data-dir.ts'
import type { SecretFolder } from '../core/secret-box.ts'
import { HomebirdError } from '../core/errors.ts'
import { POSTGRES_MAJOR, type PostgresBinaries } from './postgres-binaries.ts'
import { runProgram } from './postgres-process.ts'
import { ADMIN_ROLE } from './postgres-provision.ts'
import { LOCAL_SETTINGS_FILE, measuredMemoryBytes, postgresConf } from './postgres-settings.ts'
import { readSecret, randomSecret, saveSecret } from './secrets.ts'
import type { RuntimeFolder } from './runtime-folder.ts'
import { type Account, giveTo } from './unprivileged.ts'

const INITDB_LIMIT_MS = 120_000
const SINGLE_USER_LIMIT_MS = 60_000

/** Names of the UTF-8 character classification, in the order to be tried: not every system has the first. */
const CTYPES: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['C.UTF-8', 'C.utf8'],
  darwin: ['C.UTF-8', 'en_US.UTF-8', 'UTF-8'],
  win32: ['C'],
}

export const ADMIN_SECRET = 'postgres-admin'
export const HOME_SECRET = 'postgres-home'

export interface ClusterPlace {
  readonly dir: DataDir
  readonly secrets: SecretFolder
  readonly runtime: Pick<RuntimeFolder, 'path' | 'database'>
  readonly binaries: PostgresBinaries
  readonly account: Account | null
}

export function clusterFolder(dir: DataDir): string {
  return join(dir.postgres, POSTGRES_MAJOR)
}

/**
 * Makes the cluster when there is none. An interrupted attempt leaves a folder of another name, which goes.
 * @returns whether it was made now
 * @throws HomebirdError DATABASE_UNSUITABLE with the words of initdb
 */
export async function ensureCluster(place: ClusterPlace): Promise<boolean> {
  const folder = clusterFolder(place.dir)
  if (existsSync(join(folder, 'PG_VERSION'))) return false
  const unfinished = `${folder}.new`
  rmSync(unfinished, { recursive: true, force: true })
  // One that is there may open another cluster too: that of an older version of PostgreSQL.
  const password = readSecret(place.secrets, ADMIN_SECRET) ?? randomSecret()
  // It is kept first: a cluster without its password could not be opened.
  saveSecret(place.secrets, ADMIN_SECRET, password)
  await initdb(place, unfinished, password)
  rmSync(folder, { recursive: true, force: true })
  renameSync(unfinished, folder)
  syncFolder(place.dir.postgres)
  return true
}

async function initdb(place: ClusterPlace, folder: string, password: string): Promise<void> {
  const privateFolder = mkdtempSync(join(place.runtime.path, 'initdb-'))
  try {
    const passwordFile = join(privateFolder, 'password')
    writePasswordFile(passwordFile, password)
    if (place.account !== null) giveTo(privateFolder, place.account)
    let said = ''
    for (const ctype of CTYPES[process.platform] ?? ['C.UTF-8']) {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { mode: 0o700 })
      if (place.account !== null) chownSync(folder, place.account.uid, place.account.gid)
      const args = initdbArguments(folder, passwordFile, ctype)
      const { code, output } = await runProgram(place.binaries.initdb, args, {
        account: place.account,
        timeoutMs: INITDB_LIMIT_MS,
      })
      if (code === 0) return
      said = output.trim().split('\n').slice(-5).join(' / ')
    }
    rmSync(folder, { recursive: true, force: true })
    throw new HomebirdError('DATABASE_UNSUITABLE', `the database could not be made in ${folder}: ${said}`)
  } finally {
    rmSync(privateFolder, { recursive: true, force: true })
  }
}

function writePasswordFile(path: string, password: string): void {
  const file = openSync(path, 'wx', 0o600)
  writeSync(file, `${password}\n`)
  closeSync(file)
}

function initdbArguments(folder: string, passwordFile: string, ctype: string): string[] {
  return [
    `--pgdata=${folder}`,
    `--username=${ADMIN_ROLE}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--data-checksums',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    `--lc-ctype=${ctype}`,
    '--lc-collate=C',
    '--no-instructions',
  ]
}

/** Writes the settings of today; the file belongs to whoever runs the database. */
export function writeClusterSettings(place: ClusterPlace): void {
  const folder = clusterFolder(place.dir)
  const path = join(folder, 'postgresql.conf')
  const hasLocalSettings = existsSync(join(folder, LOCAL_SETTINGS_FILE))
  writeFileAtomically(path, postgresConf(measuredMemoryBytes(), hasLocalSettings), 0o600)
  if (place.account !== null) chownSync(path, place.account.uid, place.account.gid)
}

/**
 * The passwords of the two roles. A lost one of the owner of the cluster is replaced in the cluster, which nobody
 * else can open meanwhile; that of the home is made anew and set by `provision`.
 * @throws HomebirdError DATABASE_UNSUITABLE when a lost password cannot be replaced
 */
export async function ensurePasswords(place: ClusterPlace): Promise<{ admin: string; home: string }> {
  const admin = readSecret(place.secrets, ADMIN_SECRET) ?? (await replaceAdminPassword(place))
  let home = readSecret(place.secrets, HOME_SECRET)
  if (home === null) {
    home = randomSecret()
    saveSecret(place.secrets, HOME_SECRET, home)
  }
  return { admin, home }
}

/** @see PostgreSQL manual, postgres: single-user mode asks for no password and lets nobody else in */
async function replaceAdminPassword(place: ClusterPlace): Promise<string> {
  const password = randomSecret()
  const { code, output } = await runProgram(
    place.binaries.postgres,
    ['--single', '-D', clusterFolder(place.dir), 'postgres'],
    {
      account: place.account,
      input: `alter role ${ADMIN_ROLE} password '${password}';\n`,
      timeoutMs: SINGLE_USER_LIMIT_MS,
    },
  )
  if (code !== 0 || output.includes('ERROR:')) {
    const said = output.trim().split('\n').slice(-3).join(' / ')
    throw new HomebirdError(
      'DATABASE_UNSUITABLE',
      `the lost password of the database could not be replaced: ${said}`,
    )
  }
  saveSecret(place.secrets, ADMIN_SECRET, password)
  return password
}
