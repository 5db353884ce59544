/** A backup restored into an empty database and an empty folder: what is there then, what goes out no second time, what is refused. */
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openApplianceStore } from '../../../server/appliance/appliance-store.ts'
import { hasLeft } from '../../../server/appliance/keeping/has-left.ts'
import type { BackupSource } from '../../../server/contracts/keeping.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { createDataDir, createRooms } from '../../../server/core/data-dir.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { lockKey, newRecoveryCode } from '../../../server/core/key-lock.ts'
import { createLogger } from '../../../server/core/log.ts'
import { withClient } from '../../../server/db/connection.ts'
import { openDatabase } from '../../../server/db/pool.ts'
import { homeChecks } from '../../../server/domain/doctor/home-checks.ts'
import { Progress } from '../../../server/keeping/progress.ts'
import {
  type Restored,
  type RestoreNeeds,
  restoreBackup,
} from '../../../server/keeping/restore/restore-backup.ts'
import { type BackedUpHome, openBackedUpHome } from '../../support/backed-up-home.ts'
import { uniqueName } from '../../support/test-cluster.ts'
import { closeBeforeCluster, testCluster } from '../../support/test-database.ts'
import { testDataDir } from '../../support/test-ground.ts'

const PASSPHRASE = 'a passphrase of some length'

async function emptyHome(t: TestContext) {
  const cluster = await testCluster()
  const name = uniqueName('restored')
  await withClient(cluster, (client) => client.query(`create database ${name}`))
  closeBeforeCluster(() =>
    withClient(cluster, (client) => client.query(`drop database if exists ${name} with (force)`)),
  )
  const dir = createDataDir(testDataDir(t))
  createRooms(dir)
  const database = { ...cluster, database: name }
  const ask = async (sql: string): Promise<unknown[]> =>
    withClient(database, async (client) => (await client.query(sql)).rows as unknown[])
  return { dir, database, ask }
}

/** In them it stands what may have happened since. */
const FILLED: ReadonlySet<string> = new Set(['imported_reads', 'home_settings'])

type Empty = Awaited<ReturnType<typeof emptyHome>>

function restoring(
  home: BackedUpHome,
  to: Empty,
  from: BackupSource,
  needs: Partial<RestoreNeeds> = {},
): Promise<Restored> {
  return restoreBackup({
    from,
    key: home.key,
    words: null,
    into: to.dir.path,
    mediaFolder: '/nowhere',
    dataDir: home.dir.path,
    database: to.database,
    progress: new Progress('restore', () => undefined),
    signal: new AbortController().signal,
    ...needs,
  })
}

/** Everything that waits to go out, of somebody here. */
const OUTBOUND = `
  insert into domains (domain, service_host) values ('home.example', 'home.example');
  insert into actors (uri, kind, host, username, handle_domain, display_name, inbox_uri, domain_id, fetched_at)
    select 'https://home.example/ap/me', 'Person', 'home.example', 'me', 'home.example', 'Me', 'https://home.example/ap/me/inbox', id, now()
      from domains;
  insert into posts (id, uri, author_id, content_html, content_text, visibility, conversation_id, published_at, fetched_at, state, state_next_attempt_at)
    select next_id(), 'https://home.example/posts/' || s, id, 'x', 'x', 'public', id, now(), now(), s, case when s <> 'fanned_out' then now() end
      from actors, unnest(array['new', 'edited', 'deleted', 'fanned_out']) as s where domain_id is not null;
  insert into follows (uri, source_id, target_id, state)
    select 'https://home.example/follows/1', me.id, her.id, 'unrequested' from actors me, actors her
     where me.username = 'me' and her.username = 'ana1';
  insert into outbound_activities (activity_uri, activity_type, actor_id, object_uri, body)
    select 'https://home.example/create/1', 'Create', id, 'https://home.example/posts/new', '{}' from actors where username = 'me';
  insert into fan_outs (activity_id, inbox_uri, host, object_uri, state, state_next_attempt_at)
    select id, 'https://there.example/inbox/' || s, 'there.example', object_uri, s, case when s = 'new' then now() end
      from outbound_activities, unnest(array['new', 'sent']) as s;
  insert into scheduled_posts (actor_id, scheduled_at, text, is_sensitive, visibility)
    select id, now() + at, 'later', false, 'public' from actors, unnest(array[interval '-1 minute', interval '1 day']) as at
     where username = 'me';
  insert into farewells (due_at) values (now() - interval '1 minute')`

test('a restored home has every row, its settings, secrets and media, and sends nothing twice', async (t) => {
  const home = await openBackedUpHome(t)
  await home.ask(OUTBOUND)
  await home.ask(
    `update posts set imported_from = 'https://former.example/1' where uri like '%/posts/fanned_out'`,
  )
  const [one, two] = [await home.medium('one'), await home.medium('two')]
  const { name, manifest } = await home.backUp()
  const to = await emptyHome(t)
  // What the machine has of the media need not come from the place.
  const mediaFolder = testDataDir(t)
  mkdirSync(join(mediaFolder, one.slice(0, 2)))
  writeFileSync(join(mediaFolder, one), 'one')
  const restored = await restoring(home, to, { place: home.placeFolder, name }, { mediaFolder })
  assert.equal(restored.name, name)
  assert.equal(restored.missingMedia, 0)
  assert.deepEqual(restored.aside, { deliveries: 1, acts: 4, scheduled: 1, drafts: 0, isToldGone: true })
  for (const { name: table, rows } of manifest.tables.filter((each) => !FILLED.has(each.name)))
    assert.deepEqual(await to.ask(`select count(*)::int as rows from ${table}`), [{ rows }], table)
  assert.deepEqual(
    await to.ask(`select count(*)::int as due from fan_outs where state_next_attempt_at is not null`),
    [{ due: 0 }],
  )
  assert.deepEqual(
    await to.ask(`select state, state_next_attempt_at is null as rests from farewells`),
    [{ state: 'cancelled', rests: true }],
    'it does not leave for good by itself',
  )
  assert.deepEqual(
    await to.ask(`select uri from posts where id in (select post_id from imported_reads)`),
    [{ uri: 'https://home.example/posts/fanned_out' }],
    'what came along may have been asked for since',
  )
  assert.deepEqual(
    await to.ask(`select state, state_next_attempt_at is null as rests, left(state_error, 9) as why from posts
                   where uri like 'https://home.example/%' order by state`),
    [
      { state: 'deleted', rests: true, why: 'set aside' },
      { state: 'edited', rests: true, why: 'set aside' },
      { state: 'fanned_out', rests: true, why: null },
      { state: 'new', rests: true, why: 'set aside' },
    ],
  )
  assert.deepEqual(await to.ask(`select state from scheduled_posts order by scheduled_at`), [
    { state: 'failed' },
    { state: 'waiting' },
  ])
  for (const [key, content] of [
    [one, 'one'],
    [two, 'two'],
  ] as const)
    assert.equal(readFileSync(join(to.dir.media, key), 'utf8'), content)
  assert.equal(readFileSync(join(to.dir.secrets, 'acme', 'account.json'), 'utf8'), 'a secret of the home')
  const store = openApplianceStore(to.dir, 'read')
  t.after(() => store.close())
  assert.equal(store.settings().logLevel, 'debug')
})

test('of a home that is handed over what waits goes on waiting, and nothing of it is set aside', async (t) => {
  const home = await openBackedUpHome(t)
  await home.ask(OUTBOUND)
  const { name } = await home.backUp()
  const to = await emptyHome(t)
  const due = `select count(*)::int as due from fan_outs where state = 'new' and state_next_attempt_at is not null`
  const { aside } = await restoring(home, to, { place: home.placeFolder, name }, { keepsQueue: true })
  assert.deepEqual(aside, { deliveries: 0, acts: 0, scheduled: 0, drafts: 0, isToldGone: false })
  assert.deepEqual(await to.ask(due), [{ due: 1 }])
})

test('over a home that has said farewell a backup of before brings back what others took for deleted, and that is said', async (t) => {
  const home = await openBackedUpHome(t)
  const { name } = await home.backUp()
  assert.equal(await hasLeft(() => home.database), false)
  const closed = `${home.database.database}_closed`
  await home.ask(`create database ${closed} allow_connections false`)
  t.after(async () => home.ask(`drop database ${closed}`))
  await assert.rejects(
    hasLeft(() => ({ ...home.database, database: closed })),
    /cannot be read, as its database is too busy/,
  )
  assert.equal(await hasLeft(() => ({ ...home.database, database: 'nowhere' })), false)
  await home.ask(
    `insert into farewells (due_at, begun_at, state, state_next_attempt_at) values (now(), now(), 'leaving', null)`,
  )
  assert.equal(await hasLeft(() => home.database), true)
  const from = { place: home.placeFolder, name }
  const [to, before] = [await emptyHome(t), await emptyHome(t)]
  const { aside } = await restoring(home, to, from, { hasLeft: await hasLeft(() => home.database) })
  assert.equal(aside.isToldGone, true)
  assert.equal((await restoring(home, before, from)).aside.isToldGone, false)
  assert.equal(
    await hasLeft(() => to.database),
    true,
    'an older backup still, restored over it, knows of nothing',
  )
  assert.equal(await hasLeft(() => before.database), false)
  const finding = async ({ database }: Empty) => {
    const log = createLogger('test', 'silent')
    const opened = openDatabase(database, { connections: 1, applicationName: 'test', log })
    try {
      const check = homeChecks.find((each) => each.name === 'farewell')
      return await check?.run({ db: opened.db, clock: systemClock } as never, {} as never)
    } finally {
      await opened.close()
    }
  }
  assert.equal((await finding(to))?.state, 'look')
  assert.equal(await finding(before), null)
  const late = await emptyHome(t)
  const { name: lateName } = await home.backUp()
  const { aside: lateAside } = await restoring(home, late, { place: home.placeFolder, name: lateName })
  assert.equal(lateAside.isToldGone, true)
  assert.deepEqual(
    await late.ask(`select state from farewells`),
    [{ state: 'cancelled' }],
    'it can begin anew',
  )
})

test('the passphrase and the recovery code open it anywhere, other words nothing; a whole one is a file by itself', async (t) => {
  const home = await openBackedUpHome(t)
  const medium = await home.medium('inside')
  const code = newRecoveryCode()
  const locks = [await lockKey('passphrase', PASSPHRASE, home.key), await lockKey('recovery', code, home.key)]
  const { name } = await home.backUp({ isWhole: true, keys: { key: home.key, locks } })
  const file = join(testDataDir(t), 'carried away.backup')
  cpSync(join(home.placeFolder, name), file)
  for (const words of [PASSPHRASE, code.toLowerCase().replaceAll('-', ' ')]) {
    const to = await emptyHome(t)
    await restoring(home, to, { file }, { key: null, words })
    assert.equal(readFileSync(join(to.dir.media, medium), 'utf8'), 'inside')
  }
  const to = await emptyHome(t)
  await assert.rejects(
    restoring(home, to, { file }, { key: null, words: 'another passphrase' }),
    (error: unknown) =>
      isHomebirdError(error, 'FORBIDDEN') &&
      /opens with the passphrase of its home, or with the recovery code/.test(error.message),
  )
  await assert.rejects(restoring(home, to, { file }, { key: null }), (error: unknown) =>
    isHomebirdError(error, 'FORBIDDEN'),
  )
})

test('what is damaged, cut off, newer or not there is refused by its reason', async (t) => {
  const home = await openBackedUpHome(t)
  const { name } = await home.backUp()
  const path = join(home.placeFolder, name)
  const bytes = readFileSync(path)
  const to = await emptyHome(t)
  const damaged = Buffer.from(bytes)
  damaged.writeUInt8(damaged.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100)
  for (const content of [damaged, bytes.subarray(0, bytes.length - 50), Buffer.from('a picture of a cat')]) {
    writeFileSync(path, content)
    const again = await emptyHome(t)
    await assert.rejects(
      restoring(home, again, { place: home.placeFolder, name }),
      (error: unknown) => isHomebirdError(error, 'DOCUMENT_INVALID') || isHomebirdError(error, 'FORBIDDEN'),
    )
  }
  await assert.rejects(restoring(home, to, { file: '/nowhere/at-all' }), (error: unknown) =>
    isHomebirdError(error, 'NOT_FOUND'),
  )
  await assert.rejects(restoring(home, to, { file: home.placeFolder }), (error: unknown) =>
    isHomebirdError(error, 'NOT_FOUND'),
  )
  await home.ask(`insert into schema_migrations (version, name, hash) values (9999, 'x', 'x')`)
  const newer = await home.backUp()
  await assert.rejects(restoring(home, to, { place: home.placeFolder, name: newer.name }), (error: unknown) =>
    isHomebirdError(error, 'SCHEMA_NEWER'),
  )
})

test('a medium that is nowhere to be had is told, and keeps nobody from the rest', async (t) => {
  const home = await openBackedUpHome(t)
  await home.medium('gone')
  const there = await home.medium('there')
  const { name } = await home.backUp()
  const object = home.placed().find((one) => one.startsWith('media/')) ?? ''
  const isOfThere = existsSync(join(home.dir.media, there)) && object !== ''
  assert.ok(isOfThere)
  rmSync(join(home.placeFolder, object))
  const to = await emptyHome(t)
  const { missingMedia } = await restoring(home, to, { place: home.placeFolder, name })
  assert.equal(missingMedia, 1)
  const files = readdirSync(to.dir.media, { recursive: true }).filter((one) => String(one).endsWith('.webp'))
  assert.equal(files.length, 1)
})

test('a medium that this machine has, but damaged, comes from the backup', async (t) => {
  const home = await openBackedUpHome(t)
  const key = await home.medium('sound')
  const { name } = await home.backUp()
  const to = await emptyHome(t)
  const mediaFolder = testDataDir(t)
  mkdirSync(join(mediaFolder, key.slice(0, 2)))
  writeFileSync(join(mediaFolder, key), 'so_nd')
  const { missingMedia } = await restoring(home, to, { place: home.placeFolder, name }, { mediaFolder })
  assert.equal(missingMedia, 0)
  assert.equal(readFileSync(join(to.dir.media, key), 'utf8'), 'sound')
})

test('broken off it ends soon', async (t) => {
  const home = await openBackedUpHome(t)
  const { name } = await home.backUp()
  const stop = new AbortController()
  const to = await emptyHome(t)
  const progress = new Progress('restore', ({ step }) => step === 'read' && stop.abort())
  await assert.rejects(
    restoring(home, to, { place: home.placeFolder, name }, { progress, signal: stop.signal }),
  )
})
