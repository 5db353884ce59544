/** A home that is lost comes back on another machine: same identity, same keys, same posts; and over one that is there. */
import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { afterInReverse } from '../support/after-in-reverse.ts'
import { HomeClient } from '../support/home-client.ts'
import { startProcessHome } from '../support/process-home.ts'
import { launchCommand } from '../support/serve-process.ts'
import { testDataDir } from '../support/test-ground.ts'
import { until } from '../support/until.ts'

const PASSPHRASE = 'words of the owner, and some more'
/** A net, no expectation. */
const LIMIT_MS = 120_000
/** Several homes start one after the other. */
const PATIENT = { timeout: 900_000 }

test('a backup brings a home back elsewhere, and what stood there can be taken back', PATIENT, async (t) => {
  const words = join(testDataDir(t), 'words')
  writeFileSync(words, `${PASSPHRASE}\n`)
  const place = testDataDir(t)
  const old = await startProcessHome({ domain: null, handle: 'ana' })
  afterInReverse(t, () => old.close())
  const owner = new HomeClient(old)
  await owner.signIn()
  await owner.writes('written before the backup')
  await old.command('backup', 'passphrase', '--passphrase-file', words)
  await old.command('backup', '--to', place, '--whole', '--no-verify')
  const key = await owner.get('/api/v1/accounts/verify_credentials')
  await owner.writes('written after the backup')
  await old.stop()
  const backup = readdirSync(place).find((name) => name.endsWith('.backup')) ?? ''
  const run = (...args: string[]) => launchCommand(t, args).finished

  const dataDir = testDataDir(t, 'another')
  const refused = await run('restore', join(place, backup), '--data-dir', dataDir, '--yes')
  assert.notEqual(refused.code, 0)
  assert.match(refused.stderr, /opens with the passphrase of its home/)
  const unasked = await run('restore', join(place, backup), '--data-dir', dataDir, '--passphrase-file', words)
  assert.match(unasked.stdout, /posts: 1/)
  assert.match(unasked.stderr, /--yes/)
  const done = await run(
    'restore',
    join(place, backup),
    '--data-dir',
    dataDir,
    '--passphrase-file',
    words,
    '--yes',
  )
  assert.equal(done.code, 0, done.stderr)

  const again = await startProcessHome({ domain: null, handle: null, dataDir, password: old.password })
  afterInReverse(t, () => again.close())
  const back = new HomeClient(again)
  await back.signIn()
  const shown = await back.homeTimeline()
  assert.deepEqual(
    shown.map(({ content }) => content),
    ['<p>written before the backup</p>'],
  )
  assert.equal((await back.get('/api/v1/accounts/verify_credentials'))['id'], key['id'])

  await back.writes('gone with the next restore')
  const readies = (): number => again.events.filter(({ kind }) => kind === 'ready').length
  const before = readies()
  const beside = await run(
    'restore',
    join(place, backup),
    '--data-dir',
    dataDir,
    '--passphrase-file',
    words,
    '--yes',
  )
  assert.equal(beside.code, 0, beside.stderr)
  assert.match(beside.stdout, /The restored home runs/)
  assert.match(beside.stdout, /homebird copies restore replaced-/)
  await until('the restored home', async () => readies() > before || null, LIMIT_MS)
  const restored = new HomeClient(again)
  await restored.signIn()
  assert.equal((await restored.homeTimeline()).length, 1)
  await restored.writes('written on the new machine')
  await again.stop()
  const over = await run(
    'restore',
    join(place, backup),
    '--data-dir',
    dataDir,
    '--passphrase-file',
    words,
    '--yes',
    '--json',
  )
  assert.equal(over.code, 0, over.stderr)
  const { replaced } = JSON.parse(over.stdout.trim().split('\n').at(-1) ?? '{}') as { replaced: string }
  const undone = await run('copies', 'restore', replaced, '--data-dir', dataDir)
  assert.equal(undone.code, 0, undone.stderr)
  await again.start()
  const newest = new HomeClient(again)
  await newest.signIn()
  assert.equal((await newest.homeTimeline()).length, 2)
})
