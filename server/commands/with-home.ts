/** Commands that say something to the database of the home, beside the running appliance or without one. */
import { createNodeLauncher, withHomeDatabase } from '../appliance/index.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { type DataDir, dataDirAt, defaultDataDirHere } from '../core/data-dir.ts'
import { createLogger } from '../core/log.ts'
import { type Database, openDatabase } from '../db/pool.ts'
import { type CommandIo, commandIo } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

export async function withHome(
  options: CommonOptions,
  work: (db: Database, io: CommandIo, dir: DataDir) => Promise<void>,
): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const sources = sourcesFrom({
    ...(options.json === undefined ? {} : { json: options.json }),
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
  })
  await withHomeDatabase(sources, createNodeLauncher({ env: sources.env }), async (connection, config) => {
    const log = createLogger('command', 'warn', 2)
    const database = openDatabase(connection, { connections: 2, applicationName: 'homebird command', log })
    try {
      await work(database.db, io, dataDirAt(config.dataDir ?? defaultDataDirHere(sources.env)))
    } finally {
      await database.close()
    }
  })
  return ExitCode.ok
}
