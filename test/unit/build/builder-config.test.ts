/** What of an installed home is decided when it is packed. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { builderConfig } from '../../../build/packaging/builder-config.ts'
import { setFuses } from '../../../build/packaging/fuses.ts'
import { parseTarget } from '../../../build/packaging/places.ts'
import { electronStandInBinary } from '../../support/electron-distribution.ts'
import { testDataDir } from '../../support/test-ground.ts'

const configOf = (env: Record<string, string> = {}) =>
  builderConfig({ version: '1.2.3', electronVersion: '45.0.0', out: 'packed', env })

test('all fuses are set, as the rule says', async (t) => {
  const binary = join(testDataDir(t), 'electron')
  writeFileSync(binary, electronStandInBinary(9))
  await setFuses(binary)
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
  await assert.rejects(setFuses(newer), /has 10 fuses but you only provided a config for 9/)
  const none = join(folder, 'none')
  writeFileSync(none, 'no sentinel')
  await assert.rejects(setFuses(none), /Could not find sentinel/)
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
  const feed = {
    HOMEBIRD_UPDATE_URL: 'https://example.org/homebird',
    HOMEBIRD_UPDATE_KEY: 'A'.repeat(43).concat('='),
  }
  assert.deepEqual(configOf(feed).publish, [{ provider: 'generic', url: 'https://example.org/homebird/' }])
  assert.throws(() => configOf({ HOMEBIRD_UPDATE_URL: 'https://example.org/' }), /UPDATE_KEY is not set/)
})
