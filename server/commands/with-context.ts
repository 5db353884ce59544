/** Commands that need more of the home than its database: its files, its keys, who lives there. Beside the running home or without it. */
import { createNodeLauncher, withHomeDatabase } from '../appliance/index.ts'
import { type Context, openContext } from '../context.ts'
import { ExitCode } from '../contracts/exit-code.ts'
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
): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const sources = sourcesFrom({
    ...(options.json === undefined ? {} : { json: options.json }),
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
  })
  const launcher = createNodeLauncher({ env: sources.env })
  await withHomeDatabase(sources, launcher, async (database, config) => {
    const log = createLogger(part, 'warn', 2)
    const context = await openContext({ part, config, database, connections: CONNECTIONS, log })
    try {
      await work(context, io)
    } finally {
      await context.close()
    }
  })
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
