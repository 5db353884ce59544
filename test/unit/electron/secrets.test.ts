/** The keychain as the home sees it; Electron's `safeStorage` is played by what each test says. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openSecrets } from '../../../electron/shell/secrets.ts'
import { keychainOf } from '../../support/keychain.ts'

test('what is sealed is opened again, and a new key of the keychain is told', async () => {
  const keychain = keychainOf()
  const secrets = openSecrets(keychain, { platform: 'darwin' })
  const { sealer } = secrets
  assert.equal(await sealer.refusal(), null)
  const sealed = await sealer.seal('a key')
  assert.ok(!Buffer.from(sealed).includes('a key'))
  assert.deepEqual(await sealer.open(sealed), { text: 'a key', isToBeSealedAgain: false })
  keychain.turn()
  assert.deepEqual(await sealer.open(sealed), { text: 'a key', isToBeSealedAgain: true })
  assert.equal(await secrets.level(true), 'keychain')
  assert.equal(await secrets.level(false), 'plain')
})

test('basic_text seals nothing, and is said with the remedy; elsewhere nobody is asked for a backend', async () => {
  const linux = openSecrets(keychainOf({ backend: 'basic_text' }), { platform: 'linux' })
  assert.match((await linux.sealer.refusal()) ?? '', /no keyring .* GNOME Keyring or KWallet/)
  assert.equal(await linux.level(false), 'basic_text')
  const windows = openSecrets(keychainOf({ backend: 'basic_text' }), { platform: 'win32' })
  assert.equal(await windows.sealer.refusal(), null)
  const keyring = openSecrets(keychainOf({ backend: 'kwallet6' }), { platform: 'linux' })
  assert.equal(await keyring.sealer.refusal(), null)
})

test('a keychain that is away, broken or silent is a refusal and keeps nobody waiting for ever', async () => {
  const away = openSecrets(keychainOf({ isThere: false }), { platform: 'linux' })
  assert.match((await away.sealer.refusal()) ?? '', /does not answer.* Unlock it/)
  const broken = openSecrets(keychainOf({ isBroken: true }), { platform: 'linux' })
  await assert.rejects(broken.sealer.seal('x'), /keyring is locked/)
  await assert.rejects(broken.sealer.open(Buffer.from('x')), /keyring is locked/)
  const silent = openSecrets(keychainOf({ isSilent: true }), { platform: 'linux', limitMs: 20 })
  assert.match((await silent.sealer.refusal()) ?? '', /does not answer/)
  await assert.rejects(silent.sealer.seal('x'), /gave no answer within 0.02 s/)
})

test('the window is told of the home that runs, and says how its secrets are to be kept', async () => {
  const kept: string[] = []
  const running = {
    secrets: { areSealed: true, areWishedSealed: true },
    keepSecrets: (how: 'sealed' | 'plain') => void kept.push(how),
  }
  const world = { home: null as typeof running | null }
  const offered = openSecrets(keychainOf(), { platform: 'darwin' }).offered(() => world.home)
  const { keptPlain } = offered
  assert.equal(await offered.level(), 'plain')
  await assert.rejects(async () => keptPlain?.setOn(true), /not running/)
  world.home = running
  assert.deepEqual([await offered.level(), await keptPlain?.isOn()], ['keychain', false])
  await keptPlain?.setOn(true)
  await keptPlain?.setOn(false)
  assert.deepEqual(kept, ['plain', 'sealed'])
})
