/** A home that runs is restored from a page of its owner: it goes on until the restored one is whole, and comes back as that one. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { afterInReverse } from '../support/after-in-reverse.ts'
import { HomeClient } from '../support/home-client.ts'
import { startProcessHome } from '../support/process-home.ts'
import { testDataDir } from '../support/test-ground.ts'
import { until } from '../support/until.ts'

const API = '/api/homebird/v1'
/** A net, no expectation. */
const LIMIT_MS = 120_000

test('a home that runs is looked into, refused without the password, and comes back as it was at its backup', async (t) => {
  const place = testDataDir(t)
  const home = await startProcessHome({ domain: null, handle: 'ana' })
  afterInReverse(t, () => home.close())
  const owner = new HomeClient(home)
  await owner.signIn()
  await owner.writes('written before the backup')
  await home.command('backup', '--to', place, '--whole', '--no-verify')
  const file = join(place, readdirSync(place).find((name) => name.endsWith('.backup')) ?? '')
  await owner.writes('written after the backup')

  const form = { from: { file }, words: null, password: home.password }
  await assert.rejects(
    owner.call('POST', `${API}/restore/start`, { ...form, password: 'another password' }),
    /422/,
  )
  const seen = await owner.call('POST', `${API}/restore/look`, form)
  assert.deepEqual([seen['inside']?.['posts'], seen['replaces']], [1, ['@ana@homebird.invalid']])
  const readies = (): number => home.events.filter(({ kind }) => kind === 'ready').length
  const before = readies()
  await owner.call('POST', `${API}/restore/start`, form)
  await until('the restored home', async () => readies() > before || null, LIMIT_MS)

  const back = new HomeClient(home)
  await back.signIn()
  assert.deepEqual(
    (await back.homeTimeline()).map(({ content }) => content),
    ['<p>written before the backup</p>'],
  )
  const { backups } = await back.get(`${API}/backups`)
  assert.equal(backups?.['ended']?.[0]?.['task'], 'restore')
  const copies = await home.command('copies', 'list')
  assert.match(copies.stdout, /replaced-/)
})
