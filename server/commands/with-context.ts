/** Commands that need more of the home than its database: its files, its keys, who lives there. Beside the running home or without it. */
import type { BorrowOptions } from '../appliance/borrow-database.ts'
import { createNodeLauncher, withHomeDatabase } from '../appliance/index.ts'
import { type Context, openContext } from '../context.ts'
import type { DatabaseConnection } from '../contracts/child-message.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import type { Config } from '../core/config.ts'
import { HomebirdError } from '../core/errors.ts'
import { createLogger } from '../core/log.ts'
import type { Querier } from '../db/pool.ts'
import { type Actor, listIdentities } from '../domain/actors/actor.ts'
import { type CommandIo, commandIo } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

const CONNECTIONS = 2

export async function withContext(
  part: string,
  options: CommonOptions,
  work: (context: Context, io: CommandIo) => Promise<void>,
  borrow: BorrowOptions = {},
): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const sources = sourcesFrom({
    ...(options.json === undefined ? {} : { json: options.json }),
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
  })
  const launcher = createNodeLauncher({ env: sources.env })
  const use = async (database: DatabaseConnection, config: Config): Promise<void> => {
    const log = createLogger(part, 'warn', 2)
    const context = await openContext({ part, config, database, connections: CONNECTIONS, log })
    try {
      await work(context, io)
    } finally {
      await context.close()
    }
  }
  await withHomeDatabase(sources, launcher, use, borrow)
  return ExitCode.ok
}

/**
 * @param name  `ana`, or the whole handle; the oldest identity unless it is said
 * @throws HomebirdError USAGE
 */
export async function identityNamed(db: Querier, name: string | undefined): Promise<Actor> {
  const wanted = name?.replace(/^@/, '').toLowerCase()
  const identities = await listIdentities(db)
  const found = identities.find(
    ({ username, handle_domain: domain }) =>
      wanted === undefined ||
      wanted === username.toLowerCase() ||
      wanted === `${username}@${domain}`.toLowerCase(),
  )
  if (found !== undefined) return found
  throw new HomebirdError(
    'USAGE',
    name === undefined ? 'this home has nobody in it' : `${name} is no identity of this home`,
  )
}
