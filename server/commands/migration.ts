/** `homebird identity alias …` and `identity move …`: other names and moves, for whoever has a box without a screen. */
import { changeAliases, moveAway } from '../activitypub/migration.ts'
import { createNodeLauncher, withHomeDatabase } from '../appliance/index.ts'
import { type Context, openContext } from '../context.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { HomebirdError } from '../core/errors.ts'
import { createLogger } from '../core/log.ts'
import { inTransaction } from '../db/transaction.ts'
import { type Actor, findActorByHandle, getActor } from '../domain/actors/actor.ts'
import type { ServerOfFollowers } from '../domain/moves/moved-followers.ts'
import { readMoveProgress, takeMoveBack } from '../domain/moves/move-identity.ts'
import { type CommandIo, commandIo } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

/** What the reserve of the connection budget is for. */
const CONNECTIONS = 3

export interface AliasOptions extends CommonOptions {
  /** Takes all other names away. */
  readonly none?: boolean
}

export interface MoveOptions extends CommonOptions {
  /** Takes the move back. */
  readonly back?: boolean
}

/** Shows the other names of an identity, or replaces them by those that are named. */
export async function showAliases(
  name: string,
  others: readonly string[],
  options: AliasOptions,
): Promise<ExitCode> {
  return withIdentity(name, options, async (context, identity, io) => {
    if (others.length > 0 || options.none === true) await changeAliases(context, identity, others)
    const { also_known_as: aliases } = await getActor(context.db, identity.id)
    io.put({ aliases })
    if (aliases.length === 0) io.say(`${handleOf(identity)} has no other names.`)
    for (const alias of aliases) io.say(alias)
  })
}

/** Moves an identity, takes its move back, or tells how the move goes. Whoever sits at the machine needs no password. */
export async function moveOrShow(
  name: string,
  target: string | undefined,
  options: MoveOptions,
): Promise<ExitCode> {
  return withIdentity(name, options, async (context, identity, io) => {
    if (options.back === true) await inTransaction(context.db, async (tx) => takeMoveBack(tx, identity))
    else if (target !== undefined) await moveAway(context, identity, target)
    const now = await getActor(context.db, identity.id)
    const progress = await readMoveProgress(context.db, now, context.clock.now())
    const { movedToUri: movedTo, followersAtStart, followersLeft } = progress
    const { servers } = progress
    io.put({ movedTo, followersAtStart, followersLeft, left: progress.left.map(handleOf), servers })
    if (movedTo === null) io.say(`${handleOf(identity)} lives here.`)
    else {
      io.say(`${handleOf(identity)} has moved to ${movedTo}.`)
      io.say(`${followersLeft} of ${followersAtStart} followers have not come along yet.`)
      for (const line of serverLines(servers)) io.say(line)
    }
  })
}

/** A line for each server of which followers are still to come, and one that sums up the others. */
function serverLines(servers: readonly ServerOfFollowers[]): string[] {
  const waiting = servers.filter(({ left }) => left > 0)
  const lines = waiting.map(({ host, followers, left, silentSince }) => {
    const silence =
      silentSince === null ? '' : `, does not answer since ${silentSince.toISOString().slice(0, 16)} UTC`
    return `  ${host}: ${followers - left} of ${followers} came along${silence}`
  })
  const whole = servers.length - waiting.length
  return whole === 0
    ? lines
    : [...lines, `  ${whole} ${whole === 1 ? 'server' : 'servers'} where everybody came along`]
}

const handleOf = (actor: Pick<Actor, 'username' | 'handle_domain'>): string =>
  `@${actor.username}@${actor.handle_domain}`

async function withIdentity(
  name: string,
  options: CommonOptions,
  work: (context: Context, identity: Actor, io: CommandIo) => Promise<void>,
): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const sources = sourcesFrom({
    ...(options.json === undefined ? {} : { json: options.json }),
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
  })
  await withHomeDatabase(
    sources,
    createNodeLauncher({ env: sources.env }),
    async (database, config): Promise<void> => {
      const log = createLogger('identity', 'warn', 2)
      const context = await openContext({ part: 'identity', config, database, connections: CONNECTIONS, log })
      try {
        await work(context, await getIdentity(context, name), io)
      } finally {
        await context.close()
      }
    },
  )
  return ExitCode.ok
}

/** @param name  `ana` on the first domain, or the whole handle */
async function getIdentity({ db, home }: Context, name: string): Promise<Actor> {
  const [username = '', domain = home.primaryDomain()?.domain ?? ''] = name.replace(/^@/, '').split('@', 2)
  const actor = await findActorByHandle(db, username, domain)
  if (actor?.is_local === true && !actor.is_instance_actor) return actor
  throw new HomebirdError('NOT_FOUND', `${name} is no identity of this home`)
}
