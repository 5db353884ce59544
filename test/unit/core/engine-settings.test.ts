import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSettings } from '../../../server/appliance/ground.ts'
import { readConfigFile } from '../../../server/core/config-file.ts'
import { loadConfig } from '../../../server/core/config.ts'
import { automaticConcurrency, automaticPerModel } from '../../../server/core/engine-settings.ts'
import { HomebirdError } from '../../../server/core/errors.ts'
import { SETTINGS } from '../../../server/core/settings.ts'
import { shownText } from '../../../server/core/setting-types.ts'

const GIGABYTE = 1_000_000_000

test('how much runs at once follows from cores and memory, unless it is said', () => {
  const most = (cores: number, gigabytes: number): [number, number] => {
    const machine = { cores, memoryBytes: gigabytes * GIGABYTE }
    return [automaticConcurrency(machine), automaticPerModel(machine)]
  }
  assert.deepEqual(most(1, 4), [10, 2])
  assert.deepEqual(most(2, 4), [20, 4])
  assert.deepEqual(most(4, 8), [40, 8])
  assert.deepEqual(most(32, 64), [80, 16])
  assert.deepEqual(most(32, 1), [10, 2], 'each call holds memory')
  const { config } = loadConfig({
    env: { TAKAHE_STATOR_CONCURRENCY: '7', HOMEBIRD_STATOR_CONCURRENCY_PER_MODEL: 'AUTO' },
  })
  assert.equal(config.statorConcurrency, 7)
  assert.ok(config.statorConcurrencyPerModel >= 2)
  assert.throws(
    () => loadConfig({ env: { HOMEBIRD_STATOR_CONCURRENCY: 'some' } }),
    /HOMEBIRD_STATOR_CONCURRENCY is "some", but it must be a whole number; give it as auto, or integer 1\.\.1000/,
  )
})

test('switches of the seed system are understood', () => {
  const levelBy = (value: string) => loadConfig({ env: { TAKAHE_DEBUG: value } }).config.logLevel
  assert.deepEqual([levelBy('true'), levelBy('False'), levelBy('warn')], ['debug', 'info', 'warn'])
  assert.equal(loadConfig({ env: { TAKAHE_EMOJI_MAX_IMAGE_FILESIZE_KB: '200' } }).config.emojiMaxKb, 200)
})

test('a file of variables stands behind the environment and before what is kept; it names no folder', (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'homebird-file-'))
  t.after(() => rmSync(dataDir, { recursive: true }))
  const named = join(dataDir, 'elsewhere.env')
  const read = (env: Record<string, string> = {}) =>
    readSettings({ env: { HOMEBIRD_DATA_DIR: dataDir, ...env } }).loaded
  writeFileSync(
    join(dataDir, 'homebird.env'),
    'HOMEBIRD_PORT=5001\n# a word\nTAKAHE_DEBUG="true"\nHOMEBIRD_PROT=1\n',
  )
  const usual = read({ HOMEBIRD_BIND: '127.0.0.2' })
  assert.deepEqual(
    [usual.config.port, usual.config.logLevel, usual.config.bind],
    [5001, 'debug', '127.0.0.2'],
  )
  assert.deepEqual(usual.origins.port, { from: 'file', variable: 'HOMEBIRD_PORT' })
  assert.deepEqual(usual.origins.bind, { from: 'variable', variable: 'HOMEBIRD_BIND' })
  assert.match(usual.warnings.join(), /HOMEBIRD_PROT is not a setting; did you mean HOMEBIRD_PORT/)
  assert.equal(read({ HOMEBIRD_PORT: '5002' }).config.port, 5002)
  writeFileSync(named, 'PGHOST=db.example\nPGUSER=ana\n')
  const other = read({ TAKAHE_ENV_FILE: named })
  assert.deepEqual(
    [other.config.port, other.config.databaseUrl],
    [4180, 'postgresql://ana@db.example:5432/homebird'],
  )
  const refused = (env: Record<string, string>, reason: RegExp): void =>
    assert.throws(
      () => read(env),
      (error) =>
        error instanceof HomebirdError && error.code === 'SETTING_INVALID' && reason.test(error.message),
    )
  refused({ HOMEBIRD_CONFIG_FILE: join(dataDir, 'none.env') }, /HOMEBIRD_CONFIG_FILE is ".*none.env".*ENOENT/)
  writeFileSync(named, 'HOMEBIRD_DATA_DIR=/elsewhere\n')
  refused({ HOMEBIRD_CONFIG_FILE: named }, /it names HOMEBIRD_DATA_DIR.*--data-dir/)
  writeFileSync(named, 'HOMEBIRD_PORT=many\n')
  refused({ HOMEBIRD_CONFIG_FILE: named }, /HOMEBIRD_PORT is "many"/)
})

test('a name of our own is stronger than an alias, and of one kind of name the environment is stronger than the file', () => {
  const { config, origins } = loadConfig({
    env: {
      TAKAHE_STATOR_CONCURRENCY: '7',
      HOMEBIRD_STATOR_CONCURRENCY_PER_HOST: '4',
      TAKAHE_REMOTE_PRUNE_HORIZON: '10',
    },
    file: {
      HOMEBIRD_STATOR_CONCURRENCY: '9',
      HOMEBIRD_STATOR_CONCURRENCY_PER_HOST: '3',
      TAKAHE_REMOTE_PRUNE_HORIZON: '20',
    },
    store: { statorConcurrency: '11', statorConcurrencyPerHost: '2', pruneDays: '30' },
  })
  assert.deepEqual(
    [config.statorConcurrency, config.statorConcurrencyPerHost, config.pruneDays],
    [9, 4, 10],
    'what the environment says for another program changes nothing that was said to this one',
  )
  assert.deepEqual(origins.statorConcurrency, { from: 'file', variable: 'HOMEBIRD_STATOR_CONCURRENCY' })
  assert.deepEqual(origins.statorConcurrencyPerHost, {
    from: 'variable',
    variable: 'HOMEBIRD_STATOR_CONCURRENCY_PER_HOST',
  })
  assert.deepEqual(origins.pruneDays, { from: 'variable', variable: 'TAKAHE_REMOTE_PRUNE_HORIZON' })
  assert.deepEqual(origins.statorConcurrencyPerModel, { from: 'default', isAutomatic: true })
})

test('a PGHOST that stands there for psql leads no home to another database', () => {
  const env = { PGHOST: 'db.example' }
  const url = (sources: Parameters<typeof loadConfig>[0]): unknown => loadConfig(sources).config.databaseUrl
  const own = 'postgresql://own.example/home'
  assert.equal(url({ env, file: { HOMEBIRD_DATABASE_URL: own, PGPASSWORD: 'in the file' } }), own)
  assert.equal(url({ env, file: { DATABASE_URL: own } }), own)
  assert.equal(url({ env, store: { databaseUrl: own } }), own)
  assert.equal(url({ env, sealed: new Set(['databaseUrl']) }), null, 'it is kept, and cannot be read here')
  const alone = loadConfig({ env, file: { PGHOST: 'file.example', PGPASSWORD: 'in the file' } })
  assert.equal(alone.config.databaseUrl, 'postgresql://postgres:in%20the%20file@db.example:5432/homebird')
  assert.deepEqual(alone.origins.databaseUrl, { from: 'variable', variable: 'PGHOST' })
  assert.equal(url({ env: { PGHOST: '::1', PGUSER: 'ana' } }), 'postgresql://ana@[::1]:5432/homebird')
  assert.deepEqual(loadConfig({ env: {}, file: { PGHOST: 'file.example' } }).origins.databaseUrl, {
    from: 'file',
    variable: 'PGHOST',
  })
})

test('a patience is shown as it is written', () => {
  const shown = (value: string): string =>
    shownText(
      SETTINGS.remoteTimeout,
      loadConfig({ env: { HOMEBIRD_REMOTE_TIMEOUT: value } }).config.remoteTimeout,
    )
  assert.deepEqual([shown('5'), shown('[5,15,15,5]')], ['5', '[5, 15, 15, 5]'])
})

test('a file of variables that others may read is warned of where it holds a secret; a device is no file', (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'homebird-file-'))
  t.after(() => rmSync(dataDir, { recursive: true }))
  const file = join(dataDir, 'homebird.env')
  const warnings = (text: string, mode: number): string => {
    writeFileSync(file, text)
    chmodSync(file, mode)
    return readConfigFile({ env: {}, dataDir }).warnings.join()
  }
  const secrets = 'PGPASSWORD=abc\nHOMEBIRD_CACHES_DEFAULT=redis://:def@cache.example\nHOMEBIRD_PORT=5000\n'
  assert.match(warnings(secrets, 0o640), /holds HOMEBIRD_CACHES_DEFAULT, PGPASSWORD, .* chmod 600/)
  assert.doesNotMatch(warnings(secrets, 0o644), /abc|def/)
  assert.equal(warnings(secrets, 0o600), '')
  assert.equal(warnings('HOMEBIRD_PORT=5000\nHOMEBIRD_CACHES_DEFAULT=redis://cache.example\n', 0o644), '')
  const named = (path: string) => () =>
    readConfigFile({ env: { HOMEBIRD_CONFIG_FILE: path }, dataDir: tmpdir() })
  assert.throws(named('/dev/zero'), /it is no regular file; mend or remove it/)
  assert.throws(named(dataDir), /it is no regular file/)
})
