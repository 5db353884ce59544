/** Commands that say something to the database of the home, beside the running appliance or without one. */
import type { BorrowOptions } from '../appliance/borrow-database.ts'
import { createNodeLauncher, withHomeDatabase } from '../appliance/index.ts'
import type { DatabaseConnection } from '../contracts/child-message.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import type { Config } from '../core/config.ts'
import { type DataDir, dataDirAt, defaultDataDirHere } from '../core/data-dir.ts'
import { createLogger } from '../core/log.ts'
import { type Database, openDatabase } from '../db/pool.ts'
import { type CommandIo, commandIo } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

type Work = (db: Database, io: CommandIo, dir: DataDir) => Promise<void>

/** @throws HomebirdError CONFLICT where another computer speaks for the home */
export async function withHome(options: CommonOptions, work: Work): Promise<ExitCode> {
  return inHome(options, work, {})
}

/** For what only reads, and for what a home needs that another computer has taken over. */
export async function withAnyHome(options: CommonOptions, work: Work): Promise<ExitCode> {
  return inHome(options, work, { whoeverSpeaks: true })
}

async function inHome(options: CommonOptions, work: Work, borrow: BorrowOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const sources = sourcesFrom({
    ...(options.json === undefined ? {} : { json: options.json }),
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
  })
  const use = async (connection: DatabaseConnection, config: Config): Promise<void> => {
    const log = createLogger('command', 'warn', 2)
    const database = openDatabase(connection, { connections: 2, applicationName: 'homebird command', log })
    try {
      await work(database.db, io, dataDirAt(config.dataDir ?? defaultDataDirHere(sources.env)))
    } finally {
      await database.close()
    }
  }
  await withHomeDatabase(sources, createNodeLauncher({ env: sources.env }), use, borrow)
  return ExitCode.ok
}
