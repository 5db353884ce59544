/** Backups in the owner's hands: what takes some away asks for the password, and nothing else does. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Supervision } from '../../../server/http/http-context.ts'
import { NO_BACKUPS, openLogFolder } from '../../support/log-folder.ts'
import { type OwnerHome, START_KEY, openOwnerHome } from '../../support/owner-home.ts'

const API = '/api/homebird/v1'
const PASSWORD = 'correct horse battery'

let home: OwnerHome
/** What the supervisor, which is another process, was told to do. */
const told: string[] = []
before(async () => {
  const keep: Supervision['keep'] = (request) => {
    if (request.ask !== 'backups') told.push(request.ask)
    return Promise.resolve(NO_BACKUPS)
  }
  home = await openOwnerHome({ supervision: { ...(await openLogFolder()).supervision(), keep } })
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
