import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, suite, test } from 'node:test'
import { openSessionKeep } from '../../../electron/protocol/session-keep.ts'

/** A keychain that can be told to refuse. */
class Keychain {
  why: string | null = null
  isLost = false

  async refusal(): Promise<string | null> {
    return this.why
  }

  /** Before it has sealed. */
  slow = new Map<string, Promise<void>>()

  async seal(text: string): Promise<Uint8Array> {
    await this.slow.get(text)
    return Buffer.from(text.split('').toReversed().join(''))
  }

  async open(sealed: Uint8Array): Promise<{ text: string }> {
    if (this.isLost) throw new Error('the key is gone')
    return { text: Buffer.from(sealed).toString().split('').toReversed().join('') }
  }
}

async function openDesk(
  t: TestContext,
): Promise<{ folder: string; path: string; keychain: Keychain; notices: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-keep-'))
  t.after(async () => rm(folder, { recursive: true, force: true }))
  return { folder, path: join(folder, 'desktop-session'), keychain: new Keychain(), notices: [] }
}

suite('the kept session', () => {
  test('is sealed on disk, for this person alone, and comes back', async (t) => {
    const { folder, path, keychain: sealer, notices } = await openDesk(t)
    const keep = openSessionKeep(path, { sealer, noticed: (text) => notices.push(text) })
    assert.equal(await keep.read(), null)
    assert.equal(await keep.write('secret-token'), true)
    assert.doesNotMatch(await readFile(path, 'utf8'), /secret/)
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    assert.equal(await keep.read(), 'secret-token')
    assert.equal(await keep.write(null), true)
    assert.deepEqual(await readdir(folder), [])
    assert.deepEqual(notices, [])
  })

  test('where nothing seals, nothing is kept, and what was kept goes', async (t) => {
    const { folder, path, keychain: sealer } = await openDesk(t)
    const keep = openSessionKeep(path, { sealer, noticed: () => undefined })
    await keep.write('first')
    sealer.why = 'no keyring'
    assert.equal(await keep.write('second'), false)
    assert.deepEqual(await readdir(folder), [])
  })

  test('a keychain that lost its key, and a folder that takes nothing, are told and are no end', async (t) => {
    const { path, keychain: sealer, notices } = await openDesk(t)
    const keep = openSessionKeep(path, { sealer, noticed: (text) => notices.push(text) })
    await writeFile(path, 'sealed elsewhere')
    sealer.isLost = true
    assert.equal(await keep.read(), null)
    await chmod(path, 0o600)
    const nowhere = openSessionKeep(join(path, 'below', 'a-file'), {
      sealer,
      noticed: (text) => notices.push(text),
    })
    assert.equal(await nowhere.write('token'), false)
    assert.equal(notices.length, 2)
  })

  test('a keychain that is locked only takes nothing away: what was kept opens at the next start', async (t) => {
    const { path, keychain: sealer } = await openDesk(t)
    const open = () => openSessionKeep(path, { sealer, noticed: () => undefined })
    await open().write('first')
    sealer.isLost = true
    sealer.why = 'it is locked'
    const keep = open()
    assert.equal(await keep.read(), null)
    assert.equal(await keep.former(), null)
    assert.equal(await keep.write('for this run'), false)
    sealer.isLost = false
    assert.equal(await open().read(), 'first')
    assert.equal(await keep.former(), 'first')
    sealer.why = null
    assert.equal(await keep.write('second'), true)
    assert.equal(await keep.former(), null)
    assert.equal(await open().read(), 'second')
  })

  test('of two that overlap the later one is kept, whichever is sealed first', async (t) => {
    const { folder, path, keychain: sealer } = await openDesk(t)
    const keep = openSessionKeep(path, { sealer, noticed: () => undefined })
    const { promise, resolve } = Promise.withResolvers<void>()
    sealer.slow.set('first', promise)
    const first = keep.write('first')
    const signOut = keep.write(null)
    const last = keep.write('last')
    resolve()
    assert.deepEqual(await Promise.all([first, signOut, last]), [true, true, true])
    assert.equal(await keep.read(), 'last')
    assert.deepEqual(await readdir(folder), ['desktop-session'])
  })
})
