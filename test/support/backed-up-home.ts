/** A home as a keeper finds it: a database with posts, a folder with settings and secrets, own media; and a place for backups. */
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { openApplianceStore } from '../../server/appliance/appliance-store.ts'
import { randomSecret } from '../../server/appliance/secrets.ts'
import type { DatabaseConnection } from '../../server/contracts/child-message.ts'
import type { KeeperProgress } from '../../server/contracts/keeping.ts'
import { type DataDir, createDataDir, createRooms } from '../../server/core/data-dir.ts'
import { PLAIN_BOX, SecretFolder } from '../../server/core/secret-box.ts'
import { withClient } from '../../server/db/connection.ts'
import type { BackupNeeds } from '../../server/keeping/backup/backup-needs.ts'
import { type WrittenBackup, writeBackup } from '../../server/keeping/backup/write-backup.ts'
import type { BackupPlace } from '../../server/keeping/places/backup-place.ts'
import { openBackupPlace } from '../../server/keeping/places/open-place.ts'
import { Progress } from '../../server/keeping/progress.ts'
import {
  type VerifiedBackup,
  type VerifyNeeds,
  verifyBackup,
} from '../../server/keeping/verify/verify-backup.ts'
import { verifyFresh } from '../../server/keeping/verify/verify-fresh.ts'
import { openLocalMediaStore } from '../../server/storage/local-media-store.ts'
import { contentKey } from '../../server/storage/media-store.ts'
import { createTestDatabase, testCluster } from './test-database.ts'
import { testDataDir } from './test-ground.ts'

export interface BackedUpHome {
  readonly database: DatabaseConnection
  readonly dir: DataDir
  readonly place: BackupPlace
  readonly placeFolder: string
  readonly told: readonly KeeperProgress[]
  readonly key: string
  ask(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>
  /** A file as an upload leaves it. @returns its key */
  medium(content: string): Promise<string>
  backUp(needs?: Partial<BackupNeeds>): Promise<WrittenBackup>
  prove(name: string, needs?: Partial<VerifyNeeds>): Promise<VerifiedBackup>
  /** As it is done right after it was made. */
  proveFresh(name: string): Promise<VerifiedBackup>
  /** Names of everything in the place. */
  placed(): string[]
}

/** The same place, but for what happens to what is put there. */
export function placeWithPut(place: BackupPlace, put: BackupPlace['put']): BackupPlace {
  return {
    label: place.label,
    put,
    list: (prefix) => place.list(prefix),
    get: (...given) => place.get(...given),
    remove: (name) => place.remove(name),
    free: () => place.free(),
    close: () => place.close(),
  }
}

/** A second for each backup: names tell them apart by it. */
let second = 0

const ACTORS_AND_POSTS = `
  insert into actors (uri, kind, host, username, handle_domain, display_name, inbox_uri, fetched_at)
    select 'https://there.example/' || n, 'Person', 'there.example', 'ana' || n, 'there.example', E'Ana\\n' || n,
           'https://there.example/inbox', now() from generate_series(1, 50) as n;
  insert into posts (id, uri, author_id, content_html, content_text, visibility, conversation_id, published_at, fetched_at, state)
    select next_id(), 'https://there.example/posts/' || id || '/' || n, id, repeat('<p>long</p>', n), '\\.', 'public', id,
           now(), now(), 'fanned_out' from actors, generate_series(1, 20) as n`

export async function openBackedUpHome(t: TestContext): Promise<BackedUpHome> {
  const dir = createDataDir(testDataDir(t))
  createRooms(dir)
  const store = openApplianceStore(dir)
  store.saveSetting('logLevel', 'debug')
  store.close()
  new SecretFolder(dir.secrets, PLAIN_BOX).write('acme/account.json', 'a secret of the home')
  const database = await createTestDatabase()
  const admin = await testCluster()
  const media = openLocalMediaStore({ folder: dir.media, leastFreeBytes: 0 })
  const placeFolder = testDataDir(t)
  const place = await openBackupPlace(
    { kind: 'folder', path: placeFolder, isOtherDisk: false },
    { dataDir: dir.path, ownFolder: dir.backups },
  )
  const told: KeeperProgress[] = []
  const key = randomSecret()
  const usual = { place, signal: new AbortController().signal }
  const ask: BackedUpHome['ask'] = async (sql, values = []) =>
    withClient(
      database,
      async (client) => (await client.query(sql, [...values])).rows as Record<string, unknown>[],
    )
  await withClient(database, (client) => client.query(ACTORS_AND_POSTS))
  const proof = (name: string): VerifyNeeds => ({
    ...usual,
    name,
    key,
    home: database,
    admin,
    freeBytes: null,
    isThorough: false,
    progress: new Progress('verify', (now) => told.push(now)),
  })
  return {
    database,
    dir,
    place,
    placeFolder,
    told,
    key,
    ask,
    async medium(content) {
      const named = contentKey(createHash('sha256').update(content).digest('hex'), 'webp')
      await ask('insert into media_files (key, size) values ($1, $2)', [named, content.length])
      await (await media.write(Readable.from([Buffer.from(content)]))).keep(named)
      return named
    },
    backUp: (needs = {}) =>
      writeBackup({
        ...usual,
        database,
        dir,
        box: PLAIN_BOX,
        media,
        keys: { key, locks: [] },
        isWhole: false,
        progress: new Progress('backup', (now) => told.push(now)),
        now: new Date(Date.UTC(2026, 10, 29, 12, 0, (second += 1))),
        ...needs,
      }),
    prove: (name, needs = {}) => verifyBackup({ ...proof(name), ...needs }),
    proveFresh: (name) => verifyFresh(proof(name)),
    placed: () =>
      readdirSync(placeFolder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(placeFolder.length + 1))
        .sort(),
  }
}
