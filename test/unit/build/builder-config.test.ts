/** What of an installed home is decided when it is packed. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import type * as ElectronBuilder from 'electron-builder'
import type { AfterPackContext } from 'electron-builder'
import { builderConfig } from '../../../build/packaging/builder-config.ts'
import { setFuses } from '../../../build/packaging/fuses.ts'
import { type Target, parseTarget } from '../../../build/packaging/places.ts'
import { DEEP_LINK_SCHEMES } from '../../../electron/shell/deep-links.ts'
import { manifestName } from '../../../electron/updates/signed-feed.ts'
import { electronStandInBinary } from '../../support/electron-distribution.ts'
import { testDataDir } from '../../support/test-ground.ts'

const LINUX: Target = { platform: 'linux', arch: 'x64' }
const configOf = (env: Record<string, string> = {}, target = LINUX) =>
  builderConfig({ target, version: '1.2.3', electronVersion: '45.0.0', out: 'packed', env })
const FEED = {
  HOMEBIRD_UPDATE_URL: 'https://example.org/homebird',
  HOMEBIRD_UPDATE_KEY: 'A'.repeat(43).concat('='),
}

test('all fuses are set, as the rule says', async (t) => {
  const binary = join(testDataDir(t), 'electron')
  writeFileSync(binary, electronStandInBinary(9))
  await setFuses(binary, false)
  const { version, ...wire } = await getCurrentFuseWire(binary)
  assert.equal(version, '1')
  const [on, off] = [FuseState.ENABLE, FuseState.DISABLE]
  assert.deepEqual(wire, {
    [FuseV1Options.RunAsNode]: off,
    [FuseV1Options.EnableCookieEncryption]: on,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: off,
    [FuseV1Options.EnableNodeCliInspectArguments]: off,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: on,
    [FuseV1Options.OnlyLoadAppFromAsar]: on,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: off,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: off,
    [FuseV1Options.WasmTrapHandlers]: on,
  })
})

test('a fuse that nobody has decided about, or a binary without any, stops the packing', async (t) => {
  const folder = testDataDir(t)
  const newer = join(folder, 'newer')
  writeFileSync(newer, electronStandInBinary(10))
  await assert.rejects(setFuses(newer, false), /has 10 fuses but you only provided a config for 9/)
  const none = join(folder, 'none')
  writeFileSync(none, 'no sentinel')
  await assert.rejects(setFuses(none, false), /Could not find sentinel/)
})

test('macOS: what nobody signs later is signed by nobody for Apple silicon, after its binary was changed', async (t) => {
  const folder = testDataDir(t)
  const told = join(folder, 'told')
  const tools = join(folder, 'tools')
  mkdirSync(tools, { recursive: true })
  writeFileSync(join(tools, 'codesign'), `#!/bin/sh\necho "$*" >> '${told}'\n`)
  chmodSync(join(tools, 'codesign'), 0o755)
  const path = process.env['PATH'] ?? ''
  t.after(() => (process.env['PATH'] = path))
  process.env['PATH'] = [tools, path].join(delimiter)
  const saidFor = async (arch: Target['arch'], env: Record<string, string>): Promise<string> => {
    const parts = join(folder, 'Homebird.app', 'Contents', 'Frameworks', 'Electron Framework.framework')
    mkdirSync(parts, { recursive: true })
    writeFileSync(join(parts, 'Electron Framework'), electronStandInBinary(9))
    writeFileSync(told, '')
    const packager = { appInfo: { productFilename: 'Homebird' } }
    const context = { appOutDir: folder, electronPlatformName: 'darwin', packager }
    const { afterPack } = configOf(env, { platform: 'darwin', arch })
    assert.ok(typeof afterPack === 'function')
    await afterPack(context as unknown as AfterPackContext)
    const wire = await getCurrentFuseWire(join(folder, 'Homebird.app'))
    assert.equal(wire[FuseV1Options.RunAsNode], FuseState.DISABLE)
    return readFileSync(told, 'utf8')
  }
  assert.match(await saidFor('arm64', {}), /^--sign - .*Homebird\.app\n$/)
  assert.equal(await saidFor('x64', {}), '')
  for (const variable of ['CSC_NAME', 'CSC_LINK'])
    assert.equal(await saidFor('arm64', { [variable]: 'Somebody' }), '', variable)
})

test('macOS: hardened, with no more than what V8 needs; notarised only where it is signed and somebody has an account', () => {
  const { mac } = configOf()
  assert.equal(mac?.hardenedRuntime, true)
  assert.equal(mac?.identity, null)
  assert.equal(mac?.notarize, false)
  assert.equal(configOf({ APPLE_API_KEY: 'key.p8' }).mac?.notarize, false)
  const signed = configOf({ CSC_NAME: 'Somebody', APPLE_API_KEY: 'key.p8' }).mac
  assert.equal(signed?.notarize, true)
  assert.equal(signed?.identity, undefined)
  for (const file of [mac?.entitlements, mac?.entitlementsInherit]) {
    const keys = readFileSync(file ?? '', 'utf8').match(/<key>[^<]+<\/key>/g)
    assert.deepEqual(keys, ['<key>com.apple.security.cs.allow-jit</key>'])
  }
})

test('machine code lies outside the archive, and nothing is published from here', () => {
  const { asar, asarUnpack, publish } = configOf()
  assert.equal(asar, true)
  assert.equal(publish, null)
  for (const name of ['better-sqlite3', '@img', '@node-rs'])
    assert.ok([asarUnpack].flat().includes(`node_modules/${name}/**`), name)
})

test('what nothing is packed for is refused with what is', () => {
  assert.throws(
    () => parseTarget('freebsd', 'x64'),
    /platform is "freebsd" and must be linux, darwin or win32/,
  )
  assert.throws(() => parseTarget('linux', 'mips'), /arch is "mips" and must be x64 or arm64/)
})

test('manifests of a release are made only where a feed is named, and nothing is uploaded', () => {
  assert.equal(configOf().publish, null)
  assert.deepEqual(configOf(FEED).publish, [
    { provider: 'generic', url: 'https://example.org/homebird/', channel: 'latest' },
  ])
  assert.throws(() => configOf({ HOMEBIRD_UPDATE_URL: 'https://example.org/' }), /UPDATE_KEY is not set/)
})

test('each system and processor has a manifest of its own, which the program asks for by the name that electron-builder gives', async () => {
  const builder = createRequire(createRequire(import.meta.url).resolve('electron-builder'))
  const { Arch, Platform } = builder('app-builder-lib') as typeof ElectronBuilder
  const { createUpdateInfoTasks } = builder('app-builder-lib/out/publish/updateInfoBuilder.js') as {
    createUpdateInfoTasks: (event: object, publish: unknown) => Promise<readonly { readonly file: string }[]>
  }
  const platforms = { linux: Platform.LINUX, darwin: Platform.MAC, win32: Platform.WINDOWS }
  const names: string[] = []
  for (const platform of ['linux', 'darwin', 'win32'] as const)
    for (const arch of ['x64', 'arm64'] as const) {
      const { publish, ...config } = configOf(FEED, { platform, arch })
      const packager = {
        platform: platforms[platform],
        platformSpecificBuildOptions: { releaseInfo: { releaseNotes: 'none' } },
        config,
        appInfo: { version: '1.2.3' },
        metadata: {},
      }
      const event = {
        packager,
        arch: Arch[arch],
        file: 'homebird.zip',
        target: { outDir: 'packed' },
        updateInfo: { sha512: 'none' },
      }
      const [task] = await createUpdateInfoTasks(event, publish)
      assert.equal(task?.file, join('packed', manifestName(platform, arch)))
      names.push(task.file)
    }
  assert.equal(new Set(names).size, 6, names.join(' '))
})

test('the program is offered for the links that it reads', () => {
  const schemes = [configOf().protocols].flat().flatMap((protocol) => protocol?.schemes ?? [])
  assert.deepEqual(schemes, [...DEEP_LINK_SCHEMES])
})
