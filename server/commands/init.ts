/** `homebird init`: the home is set up, and not started: its owner, its domain, the first identity. */
import { createNodeLauncher, withHomeDatabase } from '../appliance/index.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { commandIo, newPassword } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'
import { setUpBeforeServer } from './set-up-home.ts'

export interface InitOptions extends CommonOptions {
  readonly handle: string
  readonly domain?: string
  readonly serviceDomain?: string
  readonly displayName?: string
  readonly passwordFile?: string
}

/** The same call again says that it is done. @throws HomebirdError UNPROCESSABLE for a bad name, domain or password */
export async function initHome(options: InitOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const sources = sourcesFrom(options)
  const wish = {
    handle: options.handle.replace(/^@/, ''),
    displayName: options.displayName ?? null,
    // What can be wrong with it is found before a database is made.
    password: await newPassword(options.passwordFile),
  }
  await withHomeDatabase(
    sources,
    createNodeLauncher({ env: sources.env }),
    async (database, config) => {
      const isNew = await setUpBeforeServer(io, wish, database, config)
      io.put({ setUp: isNew, handle: wish.handle, domain: config.domain })
      io.say('Start it with: homebird serve')
    },
    { mayMake: true },
  )
  return ExitCode.ok
}
