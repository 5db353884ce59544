/** Backups in the owner's hands: what takes some away asks for the password, and nothing else does. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { PlaceListing } from '../../../server/contracts/backups.ts'
import type { KeepingRequest } from '../../../server/contracts/keeping.ts'
import type { Supervision } from '../../../server/http/http-context.ts'
import { Shelf } from '../../../server/keeping/shelf.ts'
import { NO_BACKUPS, openLogFolder } from '../../support/log-folder.ts'
import { type OwnerHome, START_KEY, openOwnerHome } from '../../support/owner-home.ts'

const API = '/api/homebird/v1'
const PASSWORD = 'correct horse battery'

let home: OwnerHome
/** What the supervisor, which is another process, was told to do. */
const told: string[] = []
const orders: KeepingRequest[] = []
const folder = mkdtempSync(join(tmpdir(), 'hb-far-'))
after(() => rmSync(folder, { recursive: true, force: true }))
before(async () => {
  const keep: Supervision['keep'] = (request) => {
    if (request.ask !== 'backups') told.push(request.ask)
    if (request.ask === 'start') orders.push(request)
    return Promise.resolve(NO_BACKUPS)
  }
  home = await openOwnerHome({
    supervision: { ...(await openLogFolder()).supervision(), keep },
    backupShelf: new Shelf({ dataDir: folder, ownFolder: join(folder, 'backups') }),
  })
  await home.asPage(`${API}/session/key`, { method: 'POST', body: { key: START_KEY } })
  const form = {
    username: 'ana',
    displayName: 'Ana',
    password: PASSWORD,
    domain: 'home.example',
    serviceDomain: null,
  }
  assert.equal((await home.asPage(`${API}/setup`, { method: 'POST', body: form })).status, 200)
})

async function tell(method: string, path: string, body: object): Promise<[number, string[]]> {
  const { status } = await home.asPage(`${API}/backups${path}`, { method, body })
  return [status, told.splice(0)]
}

test('the rule is stretched by a session alone, and shrunk with the password', async () => {
  const settings = async (body: object) => tell('PUT', '/settings', body)
  assert.deepEqual(await settings({ at: '04:30', keep: '7,4,12' }), [200, ['backup_settings']])
  for (const less of [
    { keep: '1,4,6' },
    { keep: '7,0,6' },
    { keep: '7,4,5' },
    { keep: '7' },
    { at: 'never' },
  ]) {
    assert.deepEqual(await settings(less), [422, []], JSON.stringify(less))
  }
  assert.deepEqual(await settings({ keep: '1,0,0', password: 'another password' }), [422, []])
  assert.deepEqual(await settings({ keep: '1,0,0', at: 'never', password: PASSWORD }), [
    200,
    ['backup_settings'],
  ])
})

test('neither a backup nor a place goes without the password', async () => {
  assert.deepEqual(await tell('POST', '/places/here/remove', { password: '' }), [422, []])
  assert.deepEqual(await tell('POST', '/places/here/remove', { password: PASSWORD }), [200, ['remove_place']])
  const file = '/places/here/files/homebird-20261130T030000Z.backup/remove'
  assert.deepEqual(await tell('POST', file, { password: 'another password' }), [422, []])
  assert.equal((await tell('DELETE', file.slice(0, -'/remove'.length), {}))[0], 404)
})

test('a place that is none of the settings is looked through with the password, and what is in the way is told', async () => {
  const list = async (address: string, password = PASSWORD) => {
    const answer = await home.asPage(`${API}/restore/places/list`, {
      method: 'POST',
      body: { address, password },
    })
    return { status: answer.status, ...(answer.json() as unknown as PlaceListing) }
  }
  const [older, newer] = [
    'homebird-20261129T030000Z-07a3b1.backup',
    'homebird-20261130T030000Z-07a3b1.backup',
  ]
  for (const name of [older, newer, 'homebird-letters.txt']) writeFileSync(join(folder, name), 'damaged')
  const found = await list(folder)
  assert.deepEqual(
    found.backups.map(({ name, madeBy }) => [name, madeBy]),
    [
      [newer, null],
      [older, null],
    ],
  )
  assert.equal(found.message, null)
  assert.equal((await list(folder, 'another password')).status, 422)
  for (const [address, why] of [
    ['a/piece/of/a/path', /neither an absolute path nor an address/],
    ['sftp://ana@host.example/x', /needs a password/],
    ['disk:///nowhere/at/all', /the disk is not connected/],
  ] as const) {
    const refused = await list(address)
    assert.deepEqual([refused.status, refused.backups], [200, []], address)
    assert.match(refused.message ?? '', why)
  }
  const from = { address: folder, name: newer }
  const body = { from, words: 'the words', password: PASSWORD }
  told.splice(0)
  assert.equal((await home.asPage(`${API}/restore/start`, { method: 'POST', body })).status, 202)
  assert.deepEqual(orders.splice(0), [
    {
      kind: 'keeping',
      ask: 'start',
      order: { task: 'restore', from: { place: folder, name: newer }, words: 'the words' },
    },
  ])
})

test('a home that is somebody’s takes no other one over in its window', async () => {
  const body = { address: '127.0.0.1:1', code: 'AAAAA' }
  const refused = await home.asPage(`${API}/hand-over/taking`, { method: 'POST', body })
  assert.equal(refused.status, 409)
  assert.match(refused.text(), /homebird hand-over take ADDRESS/)
})
