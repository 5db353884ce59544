/** A real PgBouncer between the home and its database: taken in session mode, refused in the others with the reason. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openExternalDatabase } from '../../../server/appliance/external-database.ts'
import { databaseAccount } from '../../../server/appliance/unprivileged.ts'
import type { DatabaseConnection } from '../../../server/contracts/child-message.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { withClient } from '../../../server/db/connection.ts'
import { afterInReverse } from '../../support/after-in-reverse.ts'
import { openTestAppliance } from '../../support/test-appliance.ts'
import { until } from '../../support/until.ts'

const PROGRAM = '/usr/sbin/pgbouncer'
const withPooler = { skip: !existsSync(PROGRAM) && 'no pgbouncer on this machine' }
const IGNORE = 'ignore_startup_parameters = statement_timeout, lock_timeout, extra_float_digits'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A pooler in front of the database of a home; @returns its URL. */
async function openPooler(t: TestContext, database: DatabaseConnection, lines: string): Promise<string> {
  const { host, user, password } = database
  const folder = mkdtempSync(join(tmpdir(), 'hb-pooler-'))
  afterInReverse(t, () => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  const upstream = `host=${host} port=5432 dbname=homebird user=${user} password=${password}`
  const config = `[databases]
homebird = ${upstream}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, 'users.txt')}
${lines}
`
  writeFileSync(join(folder, 'users.txt'), `"${user}" "${password}"\n`, { mode: 0o644 })
  writeFileSync(join(folder, 'pooler.ini'), config, { mode: 0o644 })
  chmodSync(folder, 0o755)
  // It refuses root as PostgreSQL does, and has to pass through the private folder of the socket.
  const account = databaseAccount('/')
  const child = spawn(PROGRAM, [join(folder, 'pooler.ini')], {
    stdio: 'ignore',
    ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
  })
  const ended = once(child, 'exit')
  afterInReverse(t, () => {
    child.kill('SIGKILL')
    return ended
  })
  const bare: DatabaseConnection = { ...database, host: '127.0.0.1', port }
  await until('the pooler to listen', () =>
    withClient(bare, () => Promise.resolve(true)).catch((error: unknown) =>
      /pooling|parameter/.test(String(error)),
    ),
  )
  return `postgresql://${user}:${password}@127.0.0.1:${port}/homebird`
}

test('session mode is taken', withPooler, async (t) => {
  const home = await openTestAppliance(t).start()
  const url = await openPooler(t, home.connection(), `pool_mode = session\n${IGNORE}`)
  assert.equal((await openExternalDatabase(url)).connection.ssl, 'disable')
})

for (const mode of ['transaction', 'statement']) {
  test(`${mode} mode is refused with the reason`, withPooler, async (t) => {
    const home = await openTestAppliance(t).start()
    const url = await openPooler(t, home.connection(), `pool_mode = ${mode}\n${IGNORE}`)
    await assert.rejects(
      openExternalDatabase(url),
      (error) =>
        isHomebirdError(error, 'DATABASE_UNSUITABLE') && /LISTEN needs a session/.test(error.message),
    )
  })
}

test('a pooler that refuses the limits of a session is told how to let them pass', withPooler, async (t) => {
  const home = await openTestAppliance(t).start()
  const url = await openPooler(t, home.connection(), 'pool_mode = session')
  await assert.rejects(
    openExternalDatabase(url),
    /ignore_startup_parameters = statement_timeout, lock_timeout/,
  )
})
