/** The copy before the first start of another version with a real cluster: of one that stopped, of one that crashed, of one that still runs. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  type Appliance,
  listHomeCopies,
  readHomeJournal,
  takeHomeCopyBack,
} from '../../../server/appliance/index.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { processFacts } from '../../../server/core/process-facts.ts'
import { VERSION } from '../../../server/core/version.ts'
import { withClient } from '../../../server/db/connection.ts'
import { runToEnd } from '../../support/serve-process.ts'
import { openTestAppliance } from '../../support/test-appliance.ts'

const versionFile = (dataDir: string): string => join(dataDir, 'homebird.version')
const lastRunWith = (dataDir: string, version: string): void => writeFileSync(versionFile(dataDir), version)
const sourcesOf = (dataDir: string) => ({ env: { HOMEBIRD_DATA_DIR: dataDir }, commandLine: {} })

function ask<T>(appliance: Appliance, sql: string): Promise<T> {
  return withClient(appliance.connection(), async (client) => {
    const { rows } = await client.query<Record<string, T>>(sql)
    return Object.values(rows[0] ?? {})[0] as T
  })
}

const write = (appliance: Appliance, number: number): Promise<unknown> =>
  withClient(appliance.connection(), async (client) => {
    await client.query('create table if not exists note (number int)')
    await client.query('insert into note values ($1)', [number])
  })
const sum = (appliance: Appliance): Promise<number> => ask(appliance, 'select sum(number)::int from note')

test('a copy of a home that stopped is taken back, by the command too, and what was written since is kept beside', async (t) => {
  const { start, dataDir } = openTestAppliance(t)
  const first = await start()
  await write(first, 1)
  await first.stop()
  lastRunWith(dataDir, '0.0.1')

  const second = await start()
  await write(second, 10)
  assert.equal(await sum(second), 11)
  const [copy] = listHomeCopies(sourcesOf(dataDir))
  assert.equal(copy?.manifest?.databaseState, 'stopped')
  assert.ok(
    second.journal(50).some(({ message }) => message.includes(`the copy is ${join(dataDir, 'backups')}`)),
  )
  const name = copy?.name ?? ''
  await assert.rejects(takeHomeCopyBack(sourcesOf(dataDir), name), (error) =>
    isHomebirdError(error, 'DATA_DIR_LOCKED'),
  )
  await second.stop()

  const { code, stdout } = await runToEnd(t, ['copies', 'restore', name, '--json', '--data-dir', dataDir])
  assert.equal(code, 0, stdout)
  const { replaced } = JSON.parse(stdout) as { replaced: string }
  assert.equal(readFileSync(versionFile(dataDir), 'utf8').trim(), '0.0.1')
  assert.ok(
    readHomeJournal(sourcesOf(dataDir), 5).some(({ message }) => message.startsWith(`taken back: ${name}`)),
  )
  const third = await start()
  assert.equal(await sum(third), 1)
  await third.stop()

  await takeHomeCopyBack(sourcesOf(dataDir), replaced)
  const fourth = await start()
  assert.equal(await sum(fourth), 11)
  const listed = await runToEnd(t, ['copies', '--data-dir', dataDir])
  assert.match(listed.stdout, new RegExp(`${name} +of 0\\.0\\.1, made before ${VERSION}, \\d+ MB`))
})

test('a copy of a home whose every process was killed has all that was committed', async (t) => {
  const { start, dataDir } = openTestAppliance(t)
  await (await start()).stop()
  lastRunWith(dataDir, '0.0.1')
  const module = new URL('../../support/children/killed-home.ts', import.meta.url)
  const home = spawn(process.execPath, [module.pathname, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [printed] = (await once(home.stdout, 'data')) as [Buffer]
  const postmaster = Number(printed)
  home.kill('SIGKILL')
  await once(home, 'exit')
  process.kill(postmaster, 0) // it has outlived its appliance, and writes
  const [before] = listHomeCopies(sourcesOf(dataDir))
  lastRunWith(dataDir, '0.0.2')

  const next = await start()
  assert.equal(await sum(next), 42)
  const [copy] = listHomeCopies(sourcesOf(dataDir))
  assert.notEqual(copy?.name, before?.name)
  assert.equal(processFacts(postmaster), null)
  assert.ok(next.journal(50).some(({ message }) => message.includes(`process ${postmaster}`)))
  await write(next, 1_000)
  await next.stop()
  await takeHomeCopyBack(sourcesOf(dataDir), copy?.name ?? '')
  assert.equal(await sum(await start()), 42)
})

test('a copy of a crashed cluster recovers to what was committed', async (t) => {
  const { start, dataDir } = openTestAppliance(t)
  const first = await start()
  await write(first, 7)
  const pid = (await first.status()).parts.find(({ name }) => name === 'database')?.pid ?? 0
  // Nothing is checkpointed: what was committed stands in the log alone.
  const stopping = first.stop()
  process.kill(pid, 'SIGKILL')
  await stopping
  lastRunWith(dataDir, '0.0.1')
  const second = await start()
  const [copy] = listHomeCopies(sourcesOf(dataDir))
  await write(second, 100)
  await second.stop()
  rmSync(join(dataDir, 'postgres', '18', 'global', 'pg_control'))
  await assert.rejects(start(), (error) => isHomebirdError(error, 'DATABASE_UNREACHABLE'))
  await takeHomeCopyBack(sourcesOf(dataDir), copy?.name ?? '')
  assert.equal(await sum(await start()), 7)
  assert.equal(existsSync(join(dataDir, '.taking-back')), false)
})
