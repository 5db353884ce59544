/** What the first run says of backups is arranged before the home is made, or is a field to correct. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, type Socket, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { PlaceFacts } from '../../../server/contracts/backups.ts'
import type { KeepingRequest } from '../../../server/contracts/keeping.ts'
import type { Supervision } from '../../../server/http/http-context.ts'
import { HomebirdError } from '../../../server/core/errors.ts'
import { createLogger } from '../../../server/core/log.ts'
import { type SetUpAttempt, arrangeBackups } from '../../../server/http/owner/set-up-backups.ts'
import { Shelf } from '../../../server/keeping/shelf.ts'
import { NO_BACKUPS, openLogFolder } from '../../support/log-folder.ts'
import { type OwnerHome, START_KEY, openOwnerHome } from '../../support/owner-home.ts'

const API = '/api/homebird/v1'
const FORM = {
  username: 'ana',
  displayName: 'Ana',
  password: 'correct horse battery',
  domain: null,
  serviceDomain: null,
}
const CODE = 'ABCD-'.repeat(8).slice(0, -1)

/** A passphrase of a try before, whose answer was lost. */
const OVERVIEW = { ...NO_BACKUPS, locks: { passphrase: true, recovery: false } }

const folder = mkdtempSync(join(tmpdir(), 'hb-set-up-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let home: OwnerHome
/** What the supervisor, which is another process, was told to do. */
const told: KeepingRequest[] = []

let places: readonly PlaceFacts[] = []

const keep: Supervision['keep'] = async (request) => {
  if (request.ask !== 'backups') told.push(request)
  if (request.ask === 'add_place') places = [...places, { id: `of ${request.address}` } as PlaceFacts]
  if (request.ask === 'remove_place') {
    const left = places.filter(({ id }) => id !== request.place)
    if (left.length === places.length) throw new HomebirdError('UNPROCESSABLE', 'that is no place')
    places = left
  }
  return { ...OVERVIEW, places }
}
const shelf = new Shelf({ dataDir: folder, ownFolder: join(folder, 'backups') })

before(async () => {
  home = await openOwnerHome({
    supervision: { ...(await openLogFolder()).supervision(), keep },
    backupShelf: shelf,
  })
  await home.asPage(`${API}/session/key`, { method: 'POST', body: { key: START_KEY } })
})

const setUp = async (more: object) =>
  home.asPage(`${API}/setup`, { method: 'POST', body: { ...FORM, ...more } })

test('what is no address and no code of another computer is refused before anything is asked there', async () => {
  const take = async (address: string, code: string) =>
    home.asPage(`${API}/hand-over/taking`, { method: 'POST', body: { address, code } })
  for (const [address, code, why] of [
    ['old computer', '', /HOST:PORT/],
    ['127.0.0.1:1', 'AAAAA-BBBBB', /letters and figures/],
  ] as const) {
    const refused = await take(address, code)
    assert.equal(refused.status, 422, address)
    assert.match(refused.text(), why)
  }
  const started = await home.asPage(`${API}/hand-over/taking/start`, { method: 'POST' })
  assert.equal(started.status, 409)
  const { phase } = (await home.asPage(`${API}/hand-over/taking`)).json() as { readonly phase?: unknown }
  assert.equal(phase, 'none')
})

test('what cannot be used is a field to correct, and nothing is arranged for it', async () => {
  writeFileSync(join(folder, 'a-file'), '')
  for (const [more, fields] of [
    [{ backupFolder: 'a/piece/of/a/path' }, { backupFolder: 'not_a_folder' }],
    [{ backupFolder: 'sftp://ana@host.example/x' }, { backupFolder: 'not_a_folder' }],
    [
      { backupFolder: join(folder, 'a-file'), passphrase: 'many good words' },
      { backupFolder: 'folder_unusable' },
    ],
    [{ passphrase: 'short' }, { passphrase: 'passphrase_too_short' }],
  ] as const) {
    const answer = await setUp(more)
    assert.deepEqual([answer.status, answer.json()['fields']], [422, fields], JSON.stringify(more))
  }
  assert.deepEqual(told.splice(0), [])
})

const context = { supervision: { keep }, backupShelf: shelf, log: createLogger('test', 'silent') } as never

test('a folder that was added for a home that was not made after all goes with the next try', async () => {
  const place = join(folder, 'first')
  mkdirSync(place)
  const attempt: SetUpAttempt = { place: null }
  await arrangeBackups(context, { backupFolder: place }, attempt)
  assert.deepEqual(attempt, { place: `of ${place}` })
  await arrangeBackups(context, {}, attempt)
  assert.deepEqual(attempt, { place: null })
  assert.deepEqual(
    told.splice(0).filter(({ ask }) => ask !== 'lock'),
    [
      { kind: 'keeping', ask: 'add_place', address: place },
      { kind: 'keeping', ask: 'remove_place', place: `of ${place}` },
    ],
  )
})

test('a folder that was taken away by hand meanwhile does not stand in the way of the next try', async () => {
  const place = join(folder, 'again')
  mkdirSync(place)
  const attempt: SetUpAttempt = { place: null }
  await arrangeBackups(context, { backupFolder: place }, attempt)
  await keep({ kind: 'keeping', ask: 'remove_place', place: `of ${place}` })
  told.splice(0)
  await arrangeBackups(context, { backupFolder: place }, attempt)
  assert.deepEqual(attempt, { place: `of ${place}` })
  await arrangeBackups(context, {}, attempt)
  assert.deepEqual(
    told.splice(0).flatMap(({ ask }) => (ask === 'lock' ? [] : ask)),
    ['add_place', 'remove_place'],
  )
})

test('a server that may be taken over is looked at once at a time', async () => {
  const sockets = new Set<Socket>()
  const silent = createServer((socket) => sockets.add(socket))
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const look = async () =>
    home.asPage(`${API}/adoption/look`, {
      method: 'POST',
      body: { database: `postgresql://ana@127.0.0.1:${port}/x`, media: null, user: null, mainHost: null },
    })
  const first = look()
  await once(silent, 'connection')
  const second = await look()
  assert.deepEqual(
    [second.status, second.json()['error']],
    [409, 'a server is being looked at already; wait for that, up to a minute, and ask again'],
  )
  silent.close()
  for (const socket of sockets) socket.destroy()
  assert.equal((await first).status, 422)
  assert.equal((await look()).status, 422, 'the next one is looked at again')
})

test('code, passphrase and folder count before the home is made; what is left away is taken back', async () => {
  const facts = await home.asPage(`${API}/recovery`)
  const { backups } = facts.json() as { backups?: object }
  assert.deepEqual(backups, { at: '03:00', keepDays: 7, places: [], canAddPlace: true })
  const place = join(folder, 'disk')
  mkdirSync(place)
  const answer = await setUp({ recoveryCode: CODE, passphrase: null, backupFolder: place })
  assert.equal(answer.status, 200, answer.text())
  assert.deepEqual(told.splice(0), [
    { kind: 'keeping', ask: 'lock', by: 'recovery', words: CODE },
    { kind: 'keeping', ask: 'lock', by: 'passphrase', words: null },
    { kind: 'keeping', ask: 'add_place', address: place },
  ])
  assert.deepEqual(readdirSync(place), [])
  assert.equal((await setUp({ recoveryCode: CODE })).status, 409)
  assert.deepEqual(told.splice(0), [])
})
