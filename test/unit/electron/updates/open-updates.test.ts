/** Whether this Homebird can be replaced by a newer one, and from where. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { ElectronParts } from '../../../../electron/electron-parts.ts'
import { findFeed, findPackageKind, openAppUpdates } from '../../../../electron/updates/open-updates.ts'
import { until } from '../../../support/until.ts'
import { openTestFeed } from '../../../support/update-feed.ts'

function openFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hb-kind-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('what it is packed as decides how it is replaced', (t) => {
  const folder = openFolder(t)
  const kind = (platform: NodeJS.Platform, env = {}, isPackaged = true): string =>
    findPackageKind({ platform, env, isPackaged, folder }).is
  assert.deepEqual([kind('darwin'), kind('win32')], ['mac', 'nsis'])
  assert.equal(kind('linux', { APPIMAGE: '/home/ana/Homebird.AppImage' }), 'appimage')
  assert.deepEqual([kind('linux', { APPIMAGE: 'Homebird' }), kind('linux', {}, false)], ['none', 'none'])
  for (const named of ['deb', 'rpm']) {
    writeFileSync(join(folder, 'package-type'), `${named}\n`)
    assert.equal(kind('linux'), named)
  }
  writeFileSync(join(folder, 'package-type'), 'pacman')
  assert.equal(kind('linux'), 'none')
})

test('a build without a feed, or with one that cannot be, says so', (t) => {
  const folder = openFolder(t)
  assert.match(String(findFeed(folder)), /^This build names no place/)
  writeFileSync(join(folder, 'update.json'), '{"url":"http://example.org/","keys":["x"]}')
  assert.match(
    String(findFeed(folder)),
    /cannot be read: the update feed's address "http:\/\/example\.org\/"/,
  )
})

test('an installed build looks where it was told to, keeps the newest it saw, and is off elsewhere', async (t) => {
  const feed = await openTestFeed(t)
  const folder = openFolder(t)
  mkdirSync(join(folder, 'resources'))
  const [key] = feed.feed.keys
  const x = Buffer.from(key?.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64')
  writeFileSync(
    join(folder, 'resources', 'update.json'),
    JSON.stringify({ url: feed.feed.url.href, keys: [x] }),
  )
  writeFileSync(join(folder, 'app-update.yml'), 'updaterCacheDirName: homebird-updater\n')
  const store = new Map<string, unknown>()
  const open = (isPackaged: boolean): ReturnType<typeof openAppUpdates> => {
    const app = { isPackaged, getAppPath: () => join(folder, 'app.asar'), getVersion: () => '1.0.0' }
    const updates = openAppUpdates({ app } as unknown as ElectronParts, {
      store: { get: (name) => store.get(name), set: (name, value) => void store.set(name, value) },
      isRestoring: () => false,
      isMetered: async () => null,
      notice: () => undefined,
      platform: 'linux',
      argv: ['homebird'],
      env: { APPIMAGE: '/home/ana/Homebird.AppImage' },
      places: { resourcesDir: join(folder, 'resources') },
      home: { dataDir: folder, stage: { kind: 'starting' } },
    })
    t.after(() => updates.close())
    return updates
  }
  process.env['APPIMAGE'] = '/home/ana/Homebird.AppImage'
  t.after(() => delete process.env['APPIMAGE'])
  feed.release('1.1.0', process.arch === 'x64' ? {} : { name: `latest-linux-${process.arch}.yml` })
  const updates = open(true)
  await updates.check()
  const ready = await until('ready', async () => {
    const state = await updates.state()
    return ['ready', 'failed'].includes(state.phase) && state
  })
  assert.deepEqual([ready.phase, ready.reason, ready.next?.version], ['ready', null, '1.1.0'])
  assert.deepEqual(ready.waitsFor, ['start'])
  assert.equal(store.get('updates.newest'), '1.1.0')
  const off = await open(false).state()
  assert.deepEqual([off.phase, off.reason?.startsWith('This is not an installed Homebird')], ['off', true])
})
