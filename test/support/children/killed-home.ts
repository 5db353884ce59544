/** A database of a home that writes a row, says its process, and lives until its supervisor is killed. */
import { openPostgresCluster } from '../../../server/appliance/postgres-cluster.ts'
import { openRuntimeFolder } from '../../../server/appliance/runtime-folder.ts'
import { createDataDir } from '../../../server/core/data-dir.ts'
import { withClient } from '../../../server/db/connection.ts'

const dir = createDataDir(process.argv[2] ?? '')
const runtime = openRuntimeFolder(dir.path, { env: process.env, uid: process.getuid?.() ?? null })
const cluster = await openPostgresCluster({ dir, runtime, maxConnections: 20, notice: () => undefined })
await withClient(cluster.connection, async (client) => {
  await client.query('create table note (number int)')
  await client.query('insert into note values (42)')
})
process.stdout.write(String(cluster.pid))
setInterval(() => undefined, 60_000)
