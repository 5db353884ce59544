/** A home whose secrets the keychain seals, with a real database: beside it, without its keychain, after the key is lost. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openSecrets } from '../../../electron/shell/secrets.ts'
import { withHomeDatabase } from '../../../server/appliance/borrow-database.ts'
import { renewSecrets } from '../../../server/appliance/renew-secrets.ts'
import type { Appliance } from '../../../server/appliance/index.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { isSealed } from '../../../server/core/secret-box.ts'
import { withClient } from '../../../server/db/connection.ts'
import { keychainOf } from '../../support/keychain.ts'
import { openTestAppliance } from '../../support/test-appliance.ts'

async function answers(appliance: Appliance): Promise<number> {
  const { rows } = await withClient(appliance.connection(), (client) =>
    client.query<{ n: number }>('select 1 as n'),
  )
  return rows[0]?.n ?? 0
}

function filesOf(dataDir: string): string[] {
  const folder = join(dataDir, 'secrets')
  return readdirSync(folder).filter((name) => name.startsWith('postgres-'))
}

test('a sealed home runs, lends itself to commands, is refused headless, and outlives the loss of its key', async (t: TestContext) => {
  const { dataDir, start } = openTestAppliance(t, 'home')
  const keychain = keychainOf()
  const { sealer } = openSecrets(keychain, { platform: 'linux' })
  const desktop = await start({}, { sealer })
  assert.equal(await answers(desktop), 1)
  assert.deepEqual(desktop.secrets, { areSealed: true, areWishedSealed: true })
  for (const name of filesOf(dataDir)) assert.ok(isSealed(readFileSync(join(dataDir, 'secrets', name))), name)
  const sources = {
    env: { HOMEBIRD_DATA_DIR: dataDir, XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'] },
  }
  const launcher = { launch: () => assert.fail('nothing is started beside a running home') }
  const borrowed = await withHomeDatabase(sources, launcher, async (connection) =>
    withClient(connection, (client) => client.query('select 1')),
  )
  assert.equal(borrowed.rowCount, 1)
  await desktop.stop()
  await assert.rejects(start(), (error) => isHomebirdError(error, 'SECRETS_SEALED'))
  keychain.lose()
  await assert.rejects(start({}, { sealer }), /homebird secrets renew --confirm/)
  const { secrets } = renewSecrets(sources, new Date())
  assert.deepEqual(
    secrets.map(({ isMadeAnew }) => isMadeAnew),
    [true, true],
  )
  const again = await start({}, { sealer })
  assert.equal(await answers(again), 1)
  again.keepSecrets('plain')
  await again.stop()
  for (const name of filesOf(dataDir))
    assert.ok(!isSealed(readFileSync(join(dataDir, 'secrets', name))), name)
  const headless = await start()
  assert.equal(await answers(headless), 1)
  assert.deepEqual(headless.secrets, { areSealed: false, areWishedSealed: false })
  assert.ok(existsSync(join(dataDir, 'secrets', 'seal.json')))
})
