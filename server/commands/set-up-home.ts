/** Setting up a home from the command line, before its server starts. */
import type { DatabaseConnection } from '../contracts/child-message.ts'
import { systemClock } from '../core/clock.ts'
import type { Config } from '../core/config.ts'
import { createLogger } from '../core/log.ts'
import { openDatabase } from '../db/pool.ts'
import { isHomeSetUp, setUpHome } from '../domain/owner/set-up.ts'
import { type CommandIo, newPassword } from './command-io.ts'

export interface SetUpWish {
  /** Without the @. */
  readonly handle: string
  readonly displayName: string | null
  /** Null when it is to be typed. */
  readonly password: string | null
}

/**
 * Sets the home up unless that is done; then it only says so, so that the same command can be run again.
 * @returns whether it was set up now
 * @throws HomebirdError UNPROCESSABLE for a bad name, domain or password
 */
export async function setUpBeforeServer(
  io: CommandIo,
  wish: SetUpWish,
  connection: DatabaseConnection,
  config: Config,
): Promise<boolean> {
  const log = createLogger('set-up', config.logLevel, 2)
  const database = openDatabase(connection, { connections: 2, applicationName: 'homebird set-up', log })
  try {
    if (await isHomeSetUp(database.db)) {
      io.say('  this home is set up already; --handle changes nothing')
      return false
    }
    await setUpHome(
      database.db,
      {
        username: wish.handle,
        displayName: wish.displayName ?? wish.handle,
        password: wish.password ?? (await newPassword(undefined)),
        domain: config.domain,
        serviceDomain: config.serviceDomain,
      },
      systemClock,
    )
    io.say(`  set up for @${wish.handle}@${config.domain ?? 'this computer'}`)
    return true
  } finally {
    await database.close()
  }
}
