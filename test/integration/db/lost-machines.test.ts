/** How the server of the database comes to know that a machine has lost its power. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, type Socket, createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import type { DatabaseConnection } from '../../../server/contracts/child-message.ts'
import { createLogger } from '../../../server/core/log.ts'
import { openSession, withClient } from '../../../server/db/connection.ts'
import { endCopyClient, openCopyClient } from '../../../server/db/copies/snapshot.ts'
import { openDatabase } from '../../../server/db/pool.ts'
import { afterInReverse } from '../../support/after-in-reverse.ts'
import { createTestDatabase } from '../../support/test-database.ts'

/** What a session has said itself; where there is no network the server takes it and does nothing. */
const SAID = `select count(*)::int as said from pg_settings where name like 'tcp\\_%' and source = 'session'`

/** The same database as from another machine. */
async function overNetwork(t: TestContext, database: DatabaseConnection): Promise<DatabaseConnection> {
  const sockets: Socket[] = []
  const server = createServer((near) => {
    const far = createConnection({ path: join(database.host, `.s.PGSQL.${database.port}`) })
    near.pipe(far).pipe(near)
    for (const socket of [near, far]) socket.on('error', () => undefined) // the session says what became of it
    sockets.push(near, far)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  afterInReverse(t, () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { ...database, host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

test('each connection over a network has the server look whether its machine is still there', async (t) => {
  const database = await createTestDatabase()
  const connection = await overNetwork(t, database)
  const all = [{ said: 4 }]
  const pool = openDatabase(connection, {
    connections: 1,
    applicationName: 'test',
    log: createLogger('test', 'silent'),
  })
  afterInReverse(t, () => pool.close())
  assert.deepEqual((await sql.raw(SAID).execute(pool.db)).rows, all)
  const single = await withClient(connection, async (client) => client.query(SAID))
  assert.deepEqual(single.rows, all)
  const session = await openSession(connection, { applicationName: 'test' })
  afterInReverse(t, () => session.close())
  assert.deepEqual(await session.query(SAID), all)
  const copying = await openCopyClient(connection)
  afterInReverse(t, () => endCopyClient(copying))
  assert.deepEqual((await copying.query(SAID)).rows, all)
  const here = await withClient(database, async (client) => client.query(SAID))
  assert.deepEqual(here.rows, [{ said: 0 }])
})
