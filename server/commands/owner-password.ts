/** `homebird owner password`: sets a forgotten password, for whoever may read the data directory on this machine. */
import { createNodeLauncher, withHomeDatabase } from '../appliance/index.ts'
import type { DatabaseConnection } from '../contracts/child-message.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { createLogger } from '../core/log.ts'
import { openDatabase } from '../db/pool.ts'
import { setOwnerPassword } from '../domain/owner/password.ts'
import { commandIo, newPassword } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

interface PasswordOptions extends CommonOptions {
  readonly passwordFile?: string
}

/** @throws HomebirdError USAGE, UNPROCESSABLE for a bad length, UNAVAILABLE before set-up, NOT_RUNNING without a home */
export async function setPassword(options: PasswordOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const password = await newPassword(options.passwordFile)
  const sources = sourcesFrom(options)
  const launcher = createNodeLauncher({ env: sources.env })
  const set = async (connection: DatabaseConnection): Promise<void> => {
    const log = createLogger('owner', 'warn', 2)
    const database = openDatabase(connection, { connections: 1, applicationName: 'homebird owner', log })
    try {
      await setOwnerPassword(database.db, password)
    } finally {
      await database.close()
    }
  }
  // Who has lost it could not even say that this home is to speak again.
  await withHomeDatabase(sources, launcher, set, { whoeverSpeaks: true })
  io.put({ changed: true })
  io.say('The password is set. Every session and every app has been signed out.')
  return ExitCode.ok
}
