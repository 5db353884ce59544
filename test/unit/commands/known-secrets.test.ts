/** What is hidden in lines that are shown, also while a setting is wrong. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openApplianceStore } from '../../../server/appliance/appliance-store.ts'
import { redactorFor } from '../../../server/commands/known-secrets.ts'
import { createRooms, dataDirAt } from '../../../server/core/data-dir.ts'

function home(t: TestContext) {
  const path = mkdtempSync(join(tmpdir(), 'hb-secrets-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  const dir = dataDirAt(path)
  createRooms(dir)
  return dir
}

test('secrets are known from the environment, the file of variables, what is kept, and the folder of secrets', (t) => {
  const dir = home(t)
  const store = openApplianceStore(dir)
  store.saveSetting('translatorKey', 'kept-key-of-the-translator')
  store.close()
  writeFileSync(join(dir.path, 'homebird.env'), 'HOMEBIRD_CDN_PURGE_TOKEN=purge-key-in-a-file\n', {
    mode: 0o600,
  })
  mkdirSync(dir.secrets, { recursive: true })
  writeFileSync(join(dir.secrets, 'database'), 'password-of-the-database\n')
  const env = {
    HOMEBIRD_PORT: 'no port at all',
    HOMEBIRD_METRICS_TOKEN: 'short',
    TAKAHE_MEDIA_BACKEND: 's3://name-of-a-key:the-s3-secret@s3.example/bucket',
    HOMEBIRD_BACKUP_TARGET: 'sftp://ana:backup-pass%2Fword@nas.example/folder',
    HOMEBIRD_TUNNEL_TOKEN: 'a-token-of-the-tunnel',
  }
  const redact = redactorFor(null, dir, { env })
  const secrets = [
    'kept-key-of-the-translator',
    'purge-key-in-a-file',
    'password-of-the-database',
    'the-s3-secret',
    'backup-pass/word',
    'a-token-of-the-tunnel',
  ]
  for (const secret of secrets) assert.equal(redact(`x ${secret} y`), 'x [removed] y', secret)
  assert.equal(redact('s3.example is silent'), 's3.example is silent', 'where it is may be told')
})

test('a home whose store and file are broken still has its lines shown', (t) => {
  const dir = home(t)
  writeFileSync(
    dir.applianceDatabase,
    'no database at all, but long enough to be looked at as if it were one',
  )
  const redact = redactorFor(null, dir, { env: { HOMEBIRD_CONFIG_FILE: join(dir.path, 'nowhere.env') } })
  assert.equal(redact('a plain line'), 'a plain line')
})
