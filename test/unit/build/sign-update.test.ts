/** Signing a release, and what is noticed before anybody gets it. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { runSigning } from '../../../build/sign-update.ts'
import { isSigned } from '../../../electron/updates/manifest-signature.ts'
import { parsePublicKey } from '../../../electron/updates/update-feed.ts'
import { manifestText } from '../../support/update-feed.ts'

const FILE = Buffer.from('a program')

interface World {
  readonly folder: string
  readonly keyFile: string
  readonly publicKey: string
  readonly run: (...args: string[]) => Promise<string[]>
}

async function openWorld(t: TestContext, passphrase?: string): Promise<World> {
  const place = mkdtempSync(join(tmpdir(), 'hb-sign-'))
  t.after(() => rmSync(place, { recursive: true, force: true }))
  const folder = mkdtempSync(join(place, 'release-'))
  const run = async (...args: string[]): Promise<string[]> => {
    const lines: string[] = []
    await runSigning(args, passphrase, (line) => lines.push(line))
    return lines
  }
  const keyFile = join(place, 'release.key')
  const [publicKey = ''] = await run('keys', keyFile)
  for (const name of ['latest-linux.yml', 'latest.yml']) {
    writeFileSync(join(folder, name), manifestText('1.1.0', FILE))
  }
  writeFileSync(join(folder, 'Homebird-1.1.0.AppImage'), FILE)
  writeFileSync(join(folder, 'builder-debug.yml'), 'x64: {}')
  return { folder, keyFile, publicKey, run }
}

test('every manifest of a release is signed, and what was signed is checked by the public key', async (t) => {
  const { folder, keyFile, publicKey, run } = await openWorld(t)
  assert.equal(statSync(keyFile).mode & 0o777, 0o600)
  const said = ['latest-linux.yml', 'latest.yml'].map((name) => `${name}: 1.1.0, signed, 1 files as it says`)
  assert.deepEqual(await run('sign', folder, keyFile), said)
  assert.deepEqual(await run('check', folder, publicKey), said)
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.sig')),
    ['latest-linux.yml.sig', 'latest.yml.sig'],
  )
  // As the program will ask it.
  const [manifest, signature] = ['latest.yml', 'latest.yml.sig'].map((name) =>
    readFileSync(join(folder, name)),
  )
  const keys = [parsePublicKey(publicKey)]
  assert.ok(isSigned('latest.yml', manifest ?? FILE, String(signature), keys))
  assert.ok(!isSigned('latest-mac.yml', manifest ?? FILE, String(signature), keys))
})

test('a release whose files are others, or are not there, is not signed', async (t) => {
  const { folder, keyFile, run } = await openWorld(t)
  writeFileSync(join(folder, 'Homebird-1.1.0.AppImage'), 'another')
  await assert.rejects(run('sign', folder, keyFile), /is not the file that its manifest describes/)
  rmSync(join(folder, 'Homebird-1.1.0.AppImage'))
  await assert.rejects(run('sign', folder, keyFile), { code: 'ENOENT' })
  assert.ok(!readdirSync(folder).some((name) => name.endsWith('.sig')))
})

test('a release changed after it was signed, or signed by another, does not pass', async (t) => {
  const { folder, keyFile, publicKey, run } = await openWorld(t)
  await assert.rejects(run('check', folder, publicKey), /latest-linux\.yml has no signature beside it/)
  await run('sign', folder, keyFile)
  const stranger = await openWorld(t)
  await assert.rejects(run('check', folder, stranger.publicKey), /is not signed by/)
  writeFileSync(join(folder, 'latest.yml'), manifestText('1.2.0', FILE))
  await assert.rejects(run('check', folder, publicKey), /latest\.yml is not signed by/)
})

test('a key is never written over another, and opens by its passphrase only', async (t) => {
  const { folder, keyFile, run } = await openWorld(t, 'a long sentence')
  await assert.rejects(run('keys', keyFile), { code: 'EEXIST' })
  assert.match(readFileSync(keyFile, 'utf8'), /BEGIN ENCRYPTED PRIVATE KEY/)
  assert.equal((await run('sign', folder, keyFile)).length, 2)
  await assert.rejects(runSigning(['sign', folder, keyFile], undefined, () => undefined))
  await assert.rejects(run('sign'), /usage: node build\/sign-update\.ts keys FILE/)
})
