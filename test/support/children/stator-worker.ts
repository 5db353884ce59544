/**
 * A worker process for tests of sudden death: says `holding` with the number of rows once its handlers hold them, and
 * never finishes one. Started with the database connection as JSON in its first argument.
 */
import type { DatabaseConnection } from '../../../server/contracts/child-message.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { createLogger } from '../../../server/core/log.ts'
import { openDatabase } from '../../../server/db/pool.ts'
import { defineGraph } from '../../../server/stator/graph.ts'
import { createRunner } from '../../../server/stator/runner.ts'

const connection = JSON.parse(process.argv[2] ?? '') as DatabaseConnection
const log = createLogger('worker', 'silent')
const { db } = openDatabase(connection, { connections: 4, applicationName: 'homebird test worker', log })
const graph = defineGraph('inbox_messages', {
  received: { next: ['processed'], retryEverySeconds: 60 },
  processed: { next: [] },
})
const limits = { concurrency: 4, concurrencyPerModel: 4, concurrencyPerHost: 4 }
const batch = async (rows: readonly unknown[]): Promise<Map<string, 'processed'>> => {
  process.stdout.write(`holding ${rows.length}\n`)
  return new Promise(() => undefined)
}
createRunner({
  ...limits,
  db,
  listener: null,
  graphs: [{ graph, handlers: { received: { batch } } }],
  clock: systemClock,
  log,
  leaseSeconds: 1.5,
}).start()
