/** Backups: what is in them, what is not sent twice, what proves them, and what is refused. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { randomSecret } from '../../../server/appliance/secrets.ts'
import { openBackedUpHome, placeWithPut } from '../../support/backed-up-home.ts'

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
  const left = await home.ask(`select datname from pg_database where datname like 'homebird_scratch_%'`)
  assert.deepEqual(left, [])
  assert.deepEqual(
    [...new Set(home.told.map(({ step }) => step))],
    ['media', 'tables', 'read', 'indexes', 'compare'],
  )
})

test('nothing that lies in a place says what it is', async (t) => {
  const home = await openBackedUpHome(t)
  const key = await home.medium('a picture that nobody else may see')
  await home.backUp()
  const [backup = '', medium = ''] = home.placed()
  const files = [backup, medium].map((name) => readFileSync(join(home.placeFolder, name), 'latin1'))
  const placed = files.join('')
  for (const secret of ['nobody else may see', 'there.example', 'a secret of the home', key.slice(3, 20)])
    assert.equal(placed.includes(secret), false, secret)
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
  assert.deepEqual(sent.length, 2)
  assert.equal(sent[1], second.name)
  const whole = await home.backUp({ isWhole: true })
  for (const name of home.placed().filter((one) => one.startsWith('media/'))) await home.place.remove(name)
  await home.prove(whole.name)
  await assert.rejects(home.prove(second.name), /2 media that it needs do not lie beside it/)
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
    await assert.rejects(home.prove(name), (error) => isHomebirdError(error, 'DOCUMENT_INVALID'), what)
  }
  writeFileSync(path, sound)
  await assert.rejects(home.prove(name, { key: randomSecret() }), /the key is another one/)
  await home.prove(name)
})

test('an account that may not make databases has its backup read, and is told so', async (t) => {
  const home = await openBackedUpHome(t)
  const { name } = await home.backUp()
  const role = `reader_${process.pid}`
  await home.ask(`create role ${role} login password 'reader'`)
  t.after(() => home.ask(`drop role ${role}`))
  const admin = { ...home.database, user: role, password: 'reader' }
  const { notRestored } = await home.prove(name, { admin })
  assert.match(notRestored ?? '', /may not make databases; it was read and its hashes are right/)
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
  assert.deepEqual(home.placed(), [before.name])
  await home.prove(before.name)
})
