/** `homebird token …` on the command line. */
import type { Command } from 'commander'
import { type CommonOptions, type Run, withCommonOptions } from './options.ts'
import type { TokenOptions } from './token.ts'

/** @param run  sets the exit code of the program from that of a command */
export function addTokenCommands(program: Command, run: Run): void {
  const tokens = async () => import('./token.ts')
  const token = program.command('token').description('access of apps and scripts to the client API')
  withCommonOptions(token.command('list', { isDefault: true }))
    .description('every app that has access, with its id; no token is shown')
    .action(run(async (options: CommonOptions) => (await tokens()).listTokens(options)))
  withCommonOptions(token.command('create <name>'))
    .description('make a token for a script, and show it this once')
    .option('--scope <scopes...>', 'what it may, such as read or write:statuses; read unless said')
    .option('--identity <name>', 'whose it is; the oldest identity unless said otherwise')
    .action(run(async (name: string, options: TokenOptions) => (await tokens()).createToken(name, options)))
  withCommonOptions(token.command('revoke <id>'))
    .description('take the access of an app away, all its tokens')
    .action(run(async (id: string, options: CommonOptions) => (await tokens()).revokeToken(id, options)))
}
