/** Backups: what is in them, what is not sent twice, what proves them, and what is refused. */
import assert from 'node:assert/strict'
import { hash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { DatabaseConnection } from '../../../server/contracts/child-message.ts'
import { indexNameOf } from '../../../server/keeping/media-index.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { randomSecret } from '../../../server/appliance/secrets.ts'
import { createLogger } from '../../../server/core/log.ts'
import { withScratchDatabase } from '../../../server/db/copies/scratch.ts'
import { openDatabase } from '../../../server/db/pool.ts'
import { removeUnnamedFiles } from '../../../server/domain/uploads/content-files.ts'
import { openLocalMediaStore } from '../../../server/storage/local-media-store.ts'
import { until } from '../../support/until.ts'
import { uniqueName } from '../../support/test-cluster.ts'
import { type BackedUpHome, openBackedUpHome, placeWithPut } from '../../support/backed-up-home.ts'

/** With what hangs on it: an author, and somebody who likes it. */
const ONE_MORE_POST = `
  with author as (
    insert into actors (uri, kind, host, username, handle_domain, display_name, inbox_uri, fetched_at)
    values ($1 || '/author', 'Person', 'there.example', 'late', 'there.example', 'Late', 'https://there.example/inbox', now())
    returning id)
  insert into posts (id, uri, author_id, content_html, content_text, visibility, conversation_id, published_at, fetched_at, state)
  select next_id(), $1, id, '<p>late</p>', 'late', 'public', id, now(), now(), 'fanned_out' from author`

/** An account that may not make databases: a backup is read then, and not restored. */
async function mereReader(t: TestContext, home: BackedUpHome): Promise<DatabaseConnection> {
  const user = uniqueName('reader')
  await home.ask(`create role ${user} login password 'reader'`)
  t.after(() => home.ask(`drop role ${user}`))
  return { ...home.database, user, password: 'reader' }
}

test('a backup is read back, restored into a scratch database and compared, and nothing of that stays', async (t) => {
  const home = await openBackedUpHome(t)
  await home.medium('a picture')
  const { name, manifest, bytes } = await home.backUp()
  assert.equal(bytes, readFileSync(join(home.placeFolder, name)).length)
  const rows = Object.fromEntries(manifest.tables.map((table) => [table.name, table.rows]))
  assert.deepEqual([rows['actors'], rows['posts'], rows['media_files']], [50, 1_000, 1])
  assert.deepEqual(
    manifest.files.map((file) => file.name),
    ['settings.sqlite', 'secrets/acme/account.json'],
  )
  const proven = await home.prove(name)
  assert.equal(proven.notRestored, null)
  assert.deepEqual(proven.manifest, manifest)
  assert.deepEqual(await scratchesOf(home), [])
  assert.deepEqual(
    [...new Set(home.told.map(({ step }) => step))],
    ['media', 'tables', 'read', 'indexes', 'compare'],
  )
})

/** Databases in which backups of this home are tried out; those of others in the same cluster are none of its business. */
async function scratchesOf(home: BackedUpHome): Promise<string[]> {
  const rows = await home.ask(`select datname from pg_database where starts_with(datname, $1)`, [
    `homebird_scratch_${hash('sha256', home.database.database, 'hex').slice(0, 12)}_`,
  ])
  return rows.map((row) => String(row['datname']))
}

test('what a killed keeper has left is removed, and never what another one is at work in, here or of another home', async (t) => {
  const [home, other] = [await openBackedUpHome(t), await openBackedUpHome(t)]
  const tries = async <T>({ database }: BackedUpHome, work: (name: string) => Promise<T>): Promise<T> =>
    withScratchDatabase(database, null, null, ({ database: name }) => work(name))
  const left = await tries(home, async (outer) => {
    await tries(home, async (inner) =>
      assert.deepEqual(new Set(await scratchesOf(home)), new Set([outer, inner])),
    )
    await tries(other, async () => assert.deepEqual(await scratchesOf(home), [outer]))
    return outer
  })
  assert.deepEqual(await scratchesOf(home), [])
  await home.ask(`create database ${left}`)
  await tries(other, async () => assert.deepEqual(await scratchesOf(home), [left]))
  await tries(home, async (name) => assert.deepEqual(await scratchesOf(home), [name]))
  // Versions before did not write down of which home one was.
  const old = `homebird_scratch_${randomBytes(8).toString('hex')}`
  await home.ask(`create database ${old}`)
  await tries(home, async () => undefined)
  assert.deepEqual(await home.ask(`select datname from pg_database where datname = $1`, [old]), [])
})

test('nothing that lies in a place says what it is', async (t) => {
  const home = await openBackedUpHome(t)
  const key = await home.medium('a picture that nobody else may see')
  await home.backUp()
  const [backup = '', , medium = ''] = home.placed()
  const text = [backup, medium].map((name) => readFileSync(join(home.placeFolder, name), 'latin1')).join()
  for (const secret of ['nobody else may see', 'there.example', 'a secret of the home', key.slice(3, 20)])
    assert.equal(text.includes(secret), false, secret)
  assert.match(medium, /^media\/[0-9a-f]{2}\/[0-9a-f]{62}$/)
})

test('a medium that lies in the place already is not sent again, and a whole backup needs none beside it', async (t) => {
  const home = await openBackedUpHome(t)
  await home.medium('one')
  await home.backUp()
  const sent: string[] = []
  const place = placeWithPut(home.place, (...given) => {
    sent.push(given[0])
    return home.place.put(...given)
  })
  await home.medium('two')
  const second = await home.backUp({ place })
  assert.deepEqual(sent.slice(1), [second.name, indexNameOf(second.name)])
  const whole = await home.backUp({ isWhole: true })
  for (const name of home.placed().filter((one) => one.startsWith('media/'))) await home.place.remove(name)
  await home.prove(whole.name)
  await assert.rejects(home.prove(second.name), /2 media that it needs do not lie beside it/)
})

test('one that is refuted when it was just made goes, so that it never stands for a good one', async (t) => {
  const home = await openBackedUpHome(t)
  const good = await home.backUp()
  assert.equal((await home.proveFresh(good.name)).notRestored, null)
  const bad = await home.backUp()
  const path = join(home.placeFolder, bad.name)
  const bytes = readFileSync(path)
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100)
  writeFileSync(path, bytes)
  await assert.rejects(home.proveFresh(bad.name), /it was taken away, and those before it stay/)
  const left = home.placed().filter((name) => !name.startsWith('media/'))
  assert.ok(left.includes(good.name) && !left.some((name) => name.startsWith(bad.name)), left.join())
  // Who asks later whether an old one is good keeps what there is of it.
  writeFileSync(join(home.placeFolder, good.name), bytes)
  await assert.rejects(home.prove(good.name))
  assert.ok(home.placed().includes(good.name))
})

test('a medium beside it that was damaged is found where all are read, and the next backup brings it again', async (t) => {
  const home = await openBackedUpHome(t)
  const admin = await mereReader(t, home)
  await Promise.all(['one', 'two', 'three'].map((content) => home.medium(content)))
  const { name } = await home.backUp()
  const [damaged = '', exchanged = '', sound = ''] = home.placed().filter((one) => one.startsWith('media/'))
  const bytes = readFileSync(join(home.placeFolder, damaged))
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
  writeFileSync(join(home.placeFolder, damaged), bytes)
  writeFileSync(join(home.placeFolder, exchanged), readFileSync(join(home.placeFolder, sound)))
  await home.prove(name, { admin })
  await assert.rejects(
    home.prove(name, { admin, isThorough: true }),
    /2 media beside it were damaged and are taken away; the next backup brings them again/,
  )
  await home.backUp()
  await home.prove(name, { admin, isThorough: true })
})

test('a file that is not what its name says is told, and is no reason to have no backup', async (t) => {
  const home = await openBackedUpHome(t)
  const [damaged, gone] = [await home.medium('damaged'), await home.medium('gone')]
  writeFileSync(join(home.dir.media, damaged), 'something else')
  writeFileSync(join(home.dir.media, gone), '')
  const { name, manifest } = await home.backUp()
  assert.deepEqual(new Set(manifest.media.missing), new Set([damaged, gone]))
  await home.prove(name)
})

test('what was cut off, changed, lengthened or sealed by another key is refused', async (t) => {
  const home = await openBackedUpHome(t)
  const { name } = await home.backUp()
  const admin = await mereReader(t, home)
  const path = join(home.placeFolder, name)
  const sound = readFileSync(path)
  const middle = Math.floor(sound.length / 2)
  const changed = Buffer.from(sound)
  changed.writeUInt8(changed.readUInt8(middle) ^ 1, middle)
  const cases = {
    cut: sound.subarray(0, -1),
    half: sound.subarray(0, middle),
    changed,
    longer: Buffer.concat([sound, sound]),
    empty: Buffer.alloc(0),
  }
  for (const [what, bytes] of Object.entries(cases)) {
    writeFileSync(path, bytes)
    await assert.rejects(
      home.prove(name, { admin }),
      (error) => isHomebirdError(error, 'DOCUMENT_INVALID'),
      what,
    )
  }
  writeFileSync(path, sound)
  await assert.rejects(home.prove(name, { admin, key: randomSecret() }), /the key is another one/)
  await home.prove(name)
})

test('an account that may not make databases has its backup read, and is told so', async (t) => {
  const home = await openBackedUpHome(t)
  const { name } = await home.backUp()
  const admin = await mereReader(t, home)
  const { notRestored } = await home.prove(name, { admin })
  assert.match(notRestored ?? '', /may not make databases; it was read and its hashes are right/)
})

test('where a second home would fill the disk of the first a backup is only read, and that is told', async (t) => {
  const home = await openBackedUpHome(t)
  const { name } = await home.backUp()
  const { notRestored } = await home.prove(name, { freeBytes: 400 * 1_048_576 })
  assert.match(notRestored ?? '', /has 400 MB left, and restoring on trial needs \d+ MB; it was read/)
})

test('a backup that is cancelled leaves nothing, and the one before it as it was', async (t) => {
  const home = await openBackedUpHome(t)
  const before = await home.backUp()
  const controller = new AbortController()
  const place = placeWithPut(home.place, async (name, source, signal) => {
    source.once('data', () => controller.abort())
    return home.place.put(name, source, signal)
  })
  await assert.rejects(home.backUp({ place, signal: controller.signal }))
  assert.deepEqual(home.placed(), [before.name, indexNameOf(before.name)])
  await home.prove(before.name)
})

test('a database that is started again in the midst leaves no backup by halves, and that is told', async (t) => {
  const home = await openBackedUpHome(t)
  const before = await home.backUp()
  const place = placeWithPut(home.place, async (name, source, signal) => {
    const fallen = home.ask(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'homebird keeper'`,
    )
    const put = home.place.put(name, source, signal)
    await Promise.allSettled([fallen, put])
    return put
  })
  for (const isWhole of [true, false])
    await assert.rejects(home.backUp({ place, isWhole }), /was started again while the backup was made/)
  assert.deepEqual(home.placed(), [before.name, indexNameOf(before.name)])
  await home.prove((await home.backUp()).name)
})

test('while others write, upload and tidy up, a backup names nothing that it does not have', async (t) => {
  const home = await openBackedUpHome(t)
  const media = openLocalMediaStore({ folder: home.dir.media, leastFreeBytes: 0 })
  const opened = openDatabase(home.database, {
    connections: 2,
    applicationName: 'homebird test',
    log: createLogger('test', 'silent'),
  })
  for (let number = 0; number < 20; number += 1) await home.medium(`left behind ${number}`)
  await home.ask(`update media_files set created_at = now() - interval '1 day'`)
  const writing = { goesOn: true, rounds: 0 }
  const write = async (): Promise<void> => {
    while (writing.goesOn) {
      await home.ask(ONE_MORE_POST, [`https://there.example/late/${writing.rounds}`])
      await home.medium(`late ${writing.rounds}`)
      await removeUnnamedFiles(opened.db, media, 5)
      writing.rounds += 1
    }
  }
  const writer = write()
  try {
    await until('a first round', () => writing.rounds > 0)
    const { name, manifest } = await home.backUp()
    assert.deepEqual(manifest.media.missing, [])
    const posts = manifest.tables.find((table) => table.name === 'posts')?.rows ?? 0
    assert.ok(posts > 1_000, `${posts} posts`)
    assert.equal((await home.prove(name)).notRestored, null)
  } finally {
    writing.goesOn = false
    await writer
    await opened.close()
  }
})
