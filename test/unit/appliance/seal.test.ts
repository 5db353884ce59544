/** Secrets plain and sealed, on a real folder: the way there, the way back, broken off anywhere, and a keychain that forgets. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { openSecrets } from '../../../electron/shell/secrets.ts'
import { type Ground, openGround, readSettings } from '../../../server/appliance/ground.ts'
import { plainCopies } from '../../../server/appliance/copies/plain-copies.ts'
import { writeRunVersion } from '../../../server/appliance/copies/run-version.ts'
import { openApplianceStore } from '../../../server/appliance/appliance-store.ts'
import { renewSecrets } from '../../../server/appliance/renew-secrets.ts'
import { SEAL_FILE, readSealState } from '../../../server/appliance/seal-file.ts'
import { type DataDir, dataDirAt } from '../../../server/core/data-dir.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { SecretBox, isSealed, newBoxKey } from '../../../server/core/secret-box.ts'
import { type Keychain, keychainOf } from '../../support/keychain.ts'
import { testDataDir } from '../../support/test-ground.ts'

const TOKEN = 'a token that nobody else may know'
const FILES = {
  'postgres-admin': 'p'.repeat(43),
  'tunnel-token': TOKEN,
  'certificates/home.example/certificate.pem': 'a key',
}

interface Folder {
  readonly dir: DataDir
  readonly open: (keychain: Keychain | null) => Promise<Ground>
}

/** A home that has been run headless, with its secrets. */
async function folderOf(t: TestContext): Promise<Folder> {
  const path = testDataDir(t)
  const sources = { env: { HOMEBIRD_DATA_DIR: path, XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'] } }
  const open = async (keychain: Keychain | null): Promise<Ground> => {
    const sealer = keychain === null ? null : openSecrets(keychain, { platform: 'linux' }).sealer
    const { ground } = await openGround(sources, async () => undefined, { sealer })
    return ground
  }
  const ground = await open(null)
  for (const [name, content] of Object.entries(FILES)) ground.secrets.write(name, content)
  ground.store.saveSetting('translatorKey', TOKEN)
  ground.store.saveSetting('databaseUrl', 'postgresql://a:b@db.example/home')
  ground.store.saveSetting('port', '4999')
  ground.release()
  return { dir: dataDirAt(path), open }
}

const bytesOf = (dir: DataDir): Buffer =>
  Buffer.concat(
    readdirSync(dir.path, { recursive: true, withFileTypes: true })
      .filter(
        (entry) => entry.isFile() && /secrets|appliance\.sqlite/.test(join(entry.parentPath, entry.name)),
      )
      .map((entry) => readFileSync(join(entry.parentPath, entry.name))),
  )

function readable(ground: Ground): unknown {
  const files = Object.keys(FILES).map((name) => [name, ground.secrets.read(name)?.toString()])
  return { files: Object.fromEntries(files), settings: ground.store.settings() }
}
const ALL = {
  files: FILES,
  settings: { translatorKey: TOKEN, databaseUrl: 'postgresql://a:b@db.example/home', port: '4999' },
}

test('the first start with a keychain seals files and settings, and later ones open them', async (t) => {
  const { dir, open } = await folderOf(t)
  assert.ok(bytesOf(dir).includes(TOKEN))
  const keychain = keychainOf()
  const first = await open(keychain)
  assert.deepEqual(readable(first), ALL)
  assert.match(first.said.map(({ message }) => message).join(), /sealed by the keychain/)
  first.release()
  for (const secret of [...Object.values(FILES), 'a:b@db']) assert.ok(!bytesOf(dir).includes(secret), secret)
  assert.ok(bytesOf(dir).includes('4999'))
  assert.equal(statSync(join(dir.secrets, SEAL_FILE)).mode & 0o777, 0o600)
  const second = await open(keychain)
  second.secrets.write('tunnel-token', 'another')
  assert.deepEqual(second.loaded.config.translatorKey, TOKEN)
  second.release()
  assert.ok(isSealed(readFileSync(join(dir.secrets, 'tunnel-token'))))
})

test('a start that was broken off at any point has lost nothing, and the next one goes on', async (t) => {
  const { dir, open } = await folderOf(t)
  const keychain = keychainOf()
  const sealing = await open(keychain)
  sealing.release()
  // As it is when the process ends between two files: some are plain still.
  writeFileSync(join(dir.secrets, 'tunnel-token'), TOKEN)
  writeFileSync(join(dir.secrets, '.tunnel-token.0123456789ab.new'), TOKEN)
  const store = openApplianceStore(dir)
  store.saveSetting('translatorKey', TOKEN)
  store.close()
  const next = await open(keychain)
  assert.deepEqual(readable(next), ALL)
  next.release()
  assert.ok(!bytesOf(dir).includes(TOKEN))
})

test('headless, a sealed folder is refused with the remedy; commands still read what is no secret', async (t) => {
  const { dir, open } = await folderOf(t)
  ;(await open(keychainOf())).release()
  await assert.rejects(open(null), (error) => {
    assert.ok(isHomebirdError(error, 'SECRETS_SEALED'))
    assert.match(error.message, /desktop app.*Settings, Privacy and safety.*homebird secrets renew --confirm/)
    return true
  })
  const { loaded } = readSettings({ env: { HOMEBIRD_DATA_DIR: dir.path } })
  assert.equal(loaded.config.port, 4_999)
  assert.deepEqual(loaded.origins.databaseUrl, { from: 'sealed' })
})

test('whoever wants them plain has them plain when the home has stopped, and the desktop leaves them so', async (t) => {
  const { dir, open } = await folderOf(t)
  const keychain = keychainOf()
  const ground = await open(keychain)
  ground.seal.wish('plain')
  assert.ok(!bytesOf(dir).includes(TOKEN))
  ground.release()
  assert.ok(bytesOf(dir).includes(TOKEN))
  const headless = await open(null)
  assert.deepEqual(readable(headless), ALL)
  headless.release()
  ;(await open(keychain)).release()
  assert.ok(bytesOf(dir).includes(TOKEN))
  const sealed = await open(keychain)
  sealed.seal.wish('sealed')
  sealed.release()
  ;(await open(keychain)).release()
  assert.ok(!bytesOf(dir).includes(TOKEN))
})

test('a wish for plain files that the end of the process cut off is done at the next start', async (t) => {
  const { dir, open } = await folderOf(t)
  const keychain = keychainOf()
  ;(await open(keychain)).release()
  const { key } = readSealState(dir)
  writeFileSync(join(dir.secrets, SEAL_FILE), JSON.stringify({ version: 1, wish: 'plain', key, lost: [] }))
  const next = await open(keychain)
  assert.deepEqual(readable(next), ALL)
  assert.equal(readSealState(dir).key, null)
  next.release()
  ;(await open(null)).release()
})

/** A name that the folder takes, but not the longer one of the file that is written before it takes its place. */
const UNWRITABLE = 'n'.repeat(250)

test('the key stays while a secret that it opens could not be written as a plain file', async (t) => {
  const { dir, open } = await folderOf(t)
  const keychain = keychainOf()
  const ground = await open(keychain)
  const path = join(dir.secrets, UNWRITABLE)
  writeFileSync(path, ground.secrets.box.seal(UNWRITABLE, Buffer.from(TOKEN)))
  writeFileSync(
    join(dir.secrets, 'of-another'),
    new SecretBox(newBoxKey()).seal('of-another', Buffer.from(TOKEN)),
  )
  ground.seal.wish('plain')
  ground.release()
  assert.ok(!isSealed(readFileSync(join(dir.secrets, 'tunnel-token'))))
  assert.notEqual(readSealState(dir).key, null)
  await assert.rejects(open(null), /Keep secrets in plain files/)
  const next = await open(keychain)
  assert.equal(next.secrets.read(UNWRITABLE)?.toString(), TOKEN)
  assert.match(next.said.map(({ message }) => message).join('\n'), /1 of the secrets could not be written/)
  const told = next.store.journalTail(10).map(({ message }) => message)
  assert.match(told.join('\n'), /1 of the secrets could not be written.*the key that opens them is kept/)
  rmSync(path)
  next.release()
  // What another key seals keeps nobody from anything.
  assert.equal(readSealState(dir).key, null)
  ;(await open(null)).release()
})

test('a start whose secrets cannot be converted leaves nothing open', async (t) => {
  const { dir, open } = await folderOf(t)
  const database = new Database(dir.applianceDatabase)
  database.exec("create trigger refuse before update on setting begin select raise(abort, 'no update'); end")
  database.close()
  const keychain = keychainOf()
  await assert.rejects(open(keychain), /no update/)
  // SQLite takes its log away with the last connection.
  assert.ok(!existsSync(`${dir.applianceDatabase}-wal`))
  const mended = new Database(dir.applianceDatabase)
  mended.exec('drop trigger refuse')
  mended.close()
  const ground = await open(keychain)
  assert.deepEqual(readable(ground), ALL)
  ground.release()
})

test('the copy that is made before the first sealing stays plain and is named; one of a sealed home is sealed', async (t) => {
  const { dir, open } = await folderOf(t)
  writeRunVersion(dir, '0.0.1')
  const keychain = keychainOf()
  const first = await open(keychain)
  const [copy = '', ...others] = plainCopies(dir)
  assert.deepEqual(others, [])
  assert.equal(readFileSync(join(dir.backups, copy, 'secrets', 'tunnel-token'), 'utf8'), TOKEN)
  const said = first.said.map(({ message }) => message).join('\n')
  assert.match(said, new RegExp(`still hold its secrets as plain files.*: ${copy}\\. Delete them`))
  first.release()
  writeRunVersion(dir, '0.0.2')
  const second = await open(keychain)
  assert.doesNotMatch(second.said.map(({ message }) => message).join('\n'), /plain files/)
  second.release()
  assert.equal(readdirSync(dir.backups).length, 2)
  assert.deepEqual(plainCopies(dir), [copy])
})

test('a keychain that is away, offers basic_text only, or refuses leaves a home plain and running', async (t) => {
  const { dir, open } = await folderOf(t)
  for (const [keychain, said] of [
    [keychainOf({ isThere: false }), /does not answer/],
    [keychainOf({ backend: 'basic_text' }), /no keyring/],
    [keychainOf({ isBroken: true }), /does not answer/],
  ] as const) {
    const ground = await open(keychain)
    assert.match(ground.said.map(({ message }) => message).join(), said)
    assert.deepEqual(readable(ground), ALL)
    ground.release()
    assert.equal(readSealState(dir).key, null)
  }
})

test('the key of the home is sealed again when the keychain has a newer one', async (t) => {
  const { dir, open } = await folderOf(t)
  const keychain = keychainOf()
  ;(await open(keychain)).release()
  const before = readSealState(dir).key
  keychain.turn()
  ;(await open(keychain)).release()
  assert.notEqual(readSealState(dir).key, before)
  assert.deepEqual(
    readable(await open(keychain).then((ground) => (t.after(() => ground.release()), ground))),
    ALL,
  )
})

test('a lost key is told; what can be made anew is, the rest is named, and nothing is deleted', async (t) => {
  const { dir, open } = await folderOf(t)
  const keychain = keychainOf()
  ;(await open(keychain)).release()
  keychain.lose()
  await assert.rejects(open(keychain), /does not open them.*homebird secrets renew --confirm/)
  const sources = { env: { HOMEBIRD_DATA_DIR: dir.path } }
  const { secrets, keptIn } = renewSecrets(sources, new Date())
  assert.deepEqual(
    secrets.filter(({ isMadeAnew }) => !isMadeAnew).map(({ name }) => name),
    ['tunnel-token', 'databaseUrl', 'translatorKey'],
  )
  assert.deepEqual(readdirSync(keptIn ?? '').toSorted(), [
    'certificates',
    'postgres-admin',
    SEAL_FILE,
    'settings.json',
    'tunnel-token',
  ])
  // The posts lie in that database: without its address no other home is begun.
  await assert.rejects(open(keychain), /HOMEBIRD_DATABASE_URL was lost.*homebird config set databaseUrl/)
  const store = openApplianceStore(dir)
  store.saveSetting('databaseUrl', '')
  store.close()
  const anew = await open(keychain)
  assert.equal(anew.secrets.read('tunnel-token'), null)
  anew.release()
  const plain = await folderOf(t)
  assert.equal(renewSecrets({ env: { HOMEBIRD_DATA_DIR: plain.dir.path } }, new Date()).keptIn, null)
})

test('what is sealed is bound to its name and its home, and a change of it is seen', () => {
  const box = new SecretBox(newBoxKey())
  const sealed = box.seal('tunnel-token', Buffer.from(TOKEN))
  assert.equal(box.open('tunnel-token', sealed).toString(), TOKEN)
  assert.throws(() => box.open('postgres-home', sealed), /was damaged, or sealed for another home/)
  assert.throws(() => new SecretBox(newBoxKey()).open('tunnel-token', sealed), /was damaged/)
  const changed = Buffer.from(sealed)
  changed[24] = changed[24] === 65 ? 66 : 65
  assert.throws(() => box.open('tunnel-token', changed), /was damaged/)
  assert.throws(
    () => new SecretBox(null).open('tunnel-token', sealed),
    /SECRETS_SEALED|sealed by the keychain/,
  )
  assert.throws(() => box.open('tunnel-token', Buffer.from('homebird-sealed-1:AAAA')), /was damaged/)
})
