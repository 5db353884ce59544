import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { execKey, openLoginItem, startsHidden } from '../../../../electron/shell/login-item.ts'
import type { ElectronParts } from '../../../../electron/electron-parts.ts'
import { openElectronStandIn } from '../../../support/electron-stand-in.ts'

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'homebird-login-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const appAt = (home: string) => ({ app: { getPath: () => home } }) as unknown as Pick<ElectronParts, 'app'>
const LAUNCH = { path: '/opt/Homebird/homebird', args: [] }

/** What a desktop reads out of an Exec key: the string's escapes first, then the quotes of its arguments. */
function argumentsOf(key: string): string[] {
  const string = key.replaceAll('\\\\', '\\')
  const found = [...string.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)]
  return found.map(([, quoted, plain]) =>
    (quoted === undefined ? (plain ?? '') : quoted.replace(/\\(["`$\\])/g, '$1')).replaceAll('%%', '%'),
  )
}

test('the command of an autostart file is read back as it was, whatever stands in it', () => {
  const commands = [
    ['/opt/homebird', '--hidden'],
    ['/home/ana maría/My "Apps"/100% `x` $HOME \\o/homebird', '--hidden'],
    ["/home/ana's/homebird", '/a;b&c|d*?#~<>()', ''],
  ]
  for (const command of commands) assert.deepEqual(argumentsOf(execKey(command)), command)
  assert.equal(execKey(['/a b\\c']), '"/a b\\\\\\\\c"')
  assert.throws(() => execKey(['/opt/home\nExec=rm']), /control characters/)
})

test('on Linux an autostart file is written and taken away, and one that the desktop switched off counts as off', async (t) => {
  const config = join(folderOf(t), 'configuration of ana')
  const needs = {
    platform: 'linux',
    env: { XDG_CONFIG_HOME: config },
    launch: LAUNCH,
  } as const
  const login = openLoginItem(appAt('/nowhere'), needs)
  assert.ok(login !== null)
  assert.equal(await login.isOn(), false)
  await login.setOn(true)
  const path = join(config, 'autostart', 'homebird.desktop')
  const entry = readFileSync(path, 'utf8')
  assert.match(entry, /^\[Desktop Entry\]\nType=Application\n/)
  assert.match(entry, /^Exec=\/opt\/Homebird\/homebird --hidden$/m)
  assert.equal(await login.isOn(), true)
  for (const off of ['Hidden=true', 'X-GNOME-Autostart-enabled=false']) {
    writeFileSync(path, entry.replace(/^X-GNOME.*$/m, off))
    assert.equal(await login.isOn(), false, off)
  }
  await login.setOn(true)
  assert.equal(await login.isOn(), true)
  await login.setOn(false)
  assert.equal(existsSync(path), false)
  await login.setOn(false)
})

test('an AppImage is started by its file, and a relative XDG_CONFIG_HOME counts for nothing', async (t) => {
  const homeDir = folderOf(t)
  const env = { XDG_CONFIG_HOME: 'relative', APPIMAGE: '/home/ana/Home bird.AppImage' }
  const login = openLoginItem(appAt(homeDir), {
    platform: 'linux',
    env,
    launch: { path: '/tmp/.mount', args: ['x'] },
  })
  await login?.setOn(true)
  const entry = readFileSync(join(homeDir, '.config', 'autostart', 'homebird.desktop'), 'utf8')
  assert.match(entry, /^Exec="\/home\/ana\/Home bird\.AppImage" --hidden$/m)
})

test('a folder that cannot be written refuses with its path', async (t) => {
  const homeDir = folderOf(t)
  // A file in the way is refused to everybody, root too.
  writeFileSync(join(homeDir, '.config'), '')
  const login = openLoginItem(appAt(homeDir), { platform: 'linux', env: {}, launch: LAUNCH })
  await assert.rejects(async () => login?.setOn(true), /autostart\/homebird\.desktop cannot be written: /)
})

test('macOS and Windows keep a login item; what the system refuses is said; other systems have none', async (t) => {
  for (const platform of ['darwin', 'win32'] as const) {
    const { parts, acts } = openElectronStandIn({ folder: folderOf(t), platform })
    const login = openLoginItem(parts, { platform, env: {}, launch: LAUNCH })
    await login?.setOn(true)
    assert.equal(await login?.isOn(), true, platform)
    const how = platform === 'win32' ? { path: LAUNCH.path, args: ['--hidden'] } : {}
    assert.deepEqual(acts.of('app.setLoginItemSettings')[0], { openAtLogin: true, ...how })
    await login?.setOn(false)
    assert.equal(await login?.isOn(), false, platform)
  }
  const stubborn = {
    app: {
      setLoginItemSettings: () => undefined,
      getLoginItemSettings: () => ({ openAtLogin: false, status: 'requires-approval' }),
    },
  } as unknown as Pick<ElectronParts, 'app'>
  const refused = openLoginItem(stubborn, { platform: 'darwin', env: {}, launch: LAUNCH })
  await assert.rejects(async () => refused?.setOn(true), /System Settings/)
  assert.equal(openLoginItem(appAt('/'), { platform: 'freebsd', env: {}, launch: LAUNCH }), null)
})

test('a start by the login opens no window', () => {
  const app = (wasOpenedAtLogin: boolean) =>
    ({ app: { getLoginItemSettings: () => ({ wasOpenedAtLogin }) } }) as unknown as Pick<ElectronParts, 'app'>
  assert.equal(startsHidden(app(false), 'linux', ['homebird', '--hidden']), true)
  assert.equal(startsHidden(app(true), 'linux', ['homebird']), false)
  assert.equal(startsHidden(app(true), 'darwin', ['homebird']), true)
  assert.equal(startsHidden(app(false), 'darwin', ['homebird']), false)
})
