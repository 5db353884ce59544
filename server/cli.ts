/** Entry of the command line. Commands load what they need when run. */
import { Command, CommanderError } from 'commander'
import { addAdoptCommand } from './commands/adopt-command.ts'
import { addBackupCommands } from './commands/backup-commands.ts'
import type { RefreshOptions } from './commands/actor-refresh.ts'
import type { PurgeOptions } from './commands/domain-purge.ts'
import type { InitOptions } from './commands/init.ts'
import type { RebuildOptions } from './commands/timeline-rebuild.ts'
import type { DomainOptions, IdentityOptions } from './commands/home-names.ts'
import type { ImportOptions } from './commands/import.ts'
import type { AliasOptions, MoveOptions } from './commands/migration.ts'
import { addHelpCommand } from './commands/help-commands.ts'
import { addLookingCommands } from './commands/looking-commands.ts'
import { addLeavingCommands } from './commands/leaving-commands.ts'
import type { CommonOptions } from './commands/options.ts'
import { type Run, withCommonOptions } from './commands/options.ts'
import { exitCodeOf, reportFailure, wordsRefused } from './commands/command-io.ts'
import type { CrawlerOptions, PagesOptions } from './commands/pages.ts'
import { addPruneCommands } from './commands/prune-commands.ts'
import { addRestoreCommands } from './commands/restore-commands.ts'
import type { ServeOptions } from './commands/serve.ts'
import { addStatorCommands } from './commands/stator-commands.ts'
import { addStoreCommands } from './commands/store-commands.ts'
import { addTokenCommands } from './commands/token-commands.ts'
import type { TunnelFilesOptions, TunnelScriptOptions } from './commands/tunnel-files.ts'
import { ExitCode } from './contracts/exit-code.ts'
import { VERSION } from './core/version.ts'

let exitCode: ExitCode = ExitCode.ok
const run: Run =
  (command) =>
  async (...args) => {
    exitCode = await command(...args)
  }

const program = new Command('homebird')
  .description('a home for one person in the fediverse, on that person’s own computer')
  .version(VERSION)
  .exitOverride()
  // What is wrong is said in one way by all commands, below.
  .configureOutput({ outputError: () => undefined })
  .configureHelp({ showGlobalOptions: true })

withCommonOptions(program.command('serve'))
  .description('run the home without a window, until Ctrl-C')
  .option('--role <role>', 'all, server or worker', 'all')
  .option('--domain <name>', 'the name after the second @ of your handle; it cannot change later')
  .option('--service-domain <name>', 'the host that answers, where it differs from the domain')
  .option('--handle <name>', 'set the home up for this name, without a page')
  .option('--display-name <name>', 'how you are called; with --handle')
  .option('--password-file <file>', 'file with the password on its first line; with --handle')
  .option('--port <port>', 'TCP port of the public listener; 0 takes a free one')
  .option('--private-listen <address>', 'where the owner is served: port, address:port or socket path')
  .action(run(async (options: ServeOptions) => (await import('./commands/serve.ts')).serve(options)))

withCommonOptions(program.command('init'))
  .description('set the home up without starting it: its owner, its domain, the first identity')
  .requiredOption('--handle <name>', 'the name under which you write')
  .option('--domain <name>', 'the name after the second @ of your handle; it cannot change later')
  .option('--service-domain <name>', 'the host that answers, where it differs from the domain')
  .option('--display-name <name>', 'how you are called')
  .option('--password-file <file>', 'file with the password on its first line')
  .action(run(async (options: InitOptions) => (await import('./commands/init.ts')).initHome(options)))

const tunnel = withCommonOptions(program.command('tunnel'))
  .description('the way in from outside: how it does')
  .action(run(async (options: CommonOptions) => (await import('./commands/tunnel.ts')).showTunnel(options)))
withCommonOptions(tunnel.command('set <name> [value]'))
  .description(
    'keep a setting of the tunnel and have it count at once; names as in config. Without a value, or with -, it is read from the input, as tunnelToken always is',
  )
  .action(
    run(async (name: string, value: string | undefined, options: CommonOptions) =>
      (await import('./commands/tunnel.ts')).setTunnel(name, value, { ...tunnel.opts(), ...options }),
    ),
  )
withCommonOptions(tunnel.command('fetch <program>'))
  .description('fetch cloudflared from its makers, check its hash and keep it in the data directory')
  .action(
    run(async (name: string, options: CommonOptions) =>
      (await import('./commands/tunnel-fetch.ts')).fetchProgram(name, { ...tunnel.opts(), ...options }),
    ),
  )
withCommonOptions(tunnel.command('nudge'))
  .description('try and prove it now, without waiting')
  .action(
    run(async (options: CommonOptions) =>
      (await import('./commands/tunnel.ts')).nudgeTunnel({ ...tunnel.opts(), ...options }),
    ),
  )

withCommonOptions(tunnel.command('suspend'))
  .description('close it, as before a sleep; nothing comes in until it is resumed')
  .action(
    run(async (options: CommonOptions) =>
      (await import('./commands/tunnel.ts')).suspendTunnel({ ...tunnel.opts(), ...options }),
    ),
  )
withCommonOptions(tunnel.command('resume'))
  .description('open it again')
  .action(
    run(async (options: CommonOptions) =>
      (await import('./commands/tunnel.ts')).resumeTunnel({ ...tunnel.opts(), ...options }),
    ),
  )
const tunnelFiles = async () => import('./commands/tunnel-files.ts')
withCommonOptions(tunnel.command('files <edge>'))
  .description(
    'ready configuration for caddy, nginx, haproxy or varnish in front; a sheet for cloudflare, bunny, fastly',
  )
  .option('--use <use>', 'manual, ssh or passthrough; as the tunnel is unless said otherwise')
  .option('--out <folder>', 'write the files there instead of showing them')
  .action(
    run(async (edge: string, options: TunnelFilesOptions) =>
      (await tunnelFiles()).showEdgeFiles(edge, { ...tunnel.opts(), ...options }),
    ),
  )
withCommonOptions(tunnel.command('script'))
  .description('the script that prepares a server for the tunnel, to read and to run there')
  .option(
    '--edge <edge>',
    'the web server there: caddy, nginx, haproxy or varnish; the first that fits unless said otherwise',
  )
  .option('--use <use>', 'ssh, or passthrough where TLS ends at home; as the tunnel is unless said otherwise')
  .option('--out <folder>', 'write it there instead of showing it')
  .action(
    run(async (options: TunnelScriptOptions) =>
      (await tunnelFiles()).showServerScript({ ...tunnel.opts(), ...options }),
    ),
  )
withCommonOptions(tunnel.command('redirect <host>'))
  .description('for a handle whose domain is a website: nginx, caddy, apache, static or wordpress')
  .option('--out <folder>', 'write the files there instead of showing them')
  .action(
    run(async (host: string, options: TunnelFilesOptions) =>
      (await tunnelFiles()).showRedirect(host, { ...tunnel.opts(), ...options }),
    ),
  )

addLookingCommands(program, run)
addTokenCommands(program, run)

const config = withCommonOptions(program.command('config'))
  .description('every setting: variable, type, default, meaning, value and where it came from')
  .action(run(async (options: CommonOptions) => (await import('./commands/config.ts')).showConfig(options)))

withCommonOptions(config.command('show'))
  .description('the same')
  .action(
    run(async (options: CommonOptions) =>
      (await import('./commands/config.ts')).showConfig({ ...config.opts(), ...options }),
    ),
  )
withCommonOptions(config.command('set <name> [value]'))
  .description(
    'keep a value in the data directory. Without a value, or with -, it is read from the input, as secrets always are',
  )
  .action(
    run(async (name: string, value: string | undefined, options: CommonOptions) =>
      (await import('./commands/config.ts')).setConfig(name, value, { ...config.opts(), ...options }),
    ),
  )

withCommonOptions(config.command('unset <name>'))
  .description('go back to the default')
  .action(
    run(async (name: string, options: CommonOptions) =>
      (await import('./commands/config.ts')).unsetConfig(name, { ...config.opts(), ...options }),
    ),
  )

const service = program
  .command('service')
  .description('have the system start the home by itself: systemd, launchd, or a task of Windows')
const services = async () => import('./commands/service.ts')
withCommonOptions(service.command('install'))
  .description('install and start it; as root for the system, else for you')
  .action(
    run(async (options: CommonOptions) => {
      const { callHere, installService } = await services()
      return installService(callHere(options))
    }),
  )
withCommonOptions(service.command('uninstall'))
  .description('stop and remove it; the home itself stays')
  .action(
    run(async (options: CommonOptions) => {
      const { callHere, uninstallService } = await services()
      return uninstallService(callHere(options))
    }),
  )
withCommonOptions(service.command('status'))
  .description('whether it is installed and runs; exit code 0 when both')
  .action(
    run(async (options: CommonOptions) => {
      const { callHere, showService } = await services()
      return showService(callHere(options))
    }),
  )

const secrets = withCommonOptions(program.command('secrets'))
  .description('whether secrets are sealed by the keychain of the desktop app')
  .action(run(async (options: CommonOptions) => (await import('./commands/secrets.ts')).showSecrets(options)))
withCommonOptions(secrets.command('renew'))
  .description('where the keychain has lost its key: move what it sealed aside, and make anew what can be')
  .option('--confirm', 'what cannot be made anew is meant to be given again')
  .action(
    run(async (options: CommonOptions & { confirm?: boolean }) =>
      (await import('./commands/secrets.ts')).renew({ ...secrets.opts(), ...options }),
    ),
  )

addStatorCommands(program, run)

withCommonOptions(program.command('import <kind> <file>'))
  .description(
    'bring along following, blocks, mutes, domain_blocks, bookmarks, lists or filters from elsewhere; archive takes the posts and pictures of a former account out of its archive (Mastodon, Pixelfed, X), tells nobody, and doubles nothing when it is taken in again',
  )
  .option('--mode <mode>', 'merge, or overwrite: takes away what the file does not name', 'merge')
  .option('--identity <name>', 'whose they are; the oldest identity unless said otherwise')
  .option('--confirm', 'what overwrite takes away is meant')
  .option('--dry-run', 'only say what it would do')
  .option('--no-wait', 'return as soon as it is queued')
  .action(
    run(async (kind: string, file: string, options: ImportOptions) =>
      kind === 'archive'
        ? (await import('./commands/import-archive.ts')).importArchive(file, options)
        : (await import('./commands/import.ts')).importList(kind, file, options),
    ),
  )

addLeavingCommands(program, run)
addAdoptCommand(program, run)

const pages = program.command('pages').description('what strangers find on the public pages')
withCommonOptions(pages.command('show [name]', { isDefault: true }))
  .description('show what the pages of an identity offer, or switch it on and off')
  .option('--feeds <on|off>', 'RSS, Atom and JSON Feed')
  .option('--search <on|off>', 'a search over the public posts')
  .option('--counts <on|off>', 'numbers of posts, people, replies, boosts')
  .option('--follows <on|off>', 'who follows and who is followed')
  .action(
    run(async (name: string | undefined, options: PagesOptions) =>
      (await import('./commands/pages.ts')).showOrSetPages(name, options),
    ),
  )
withCommonOptions(pages.command('crawlers'))
  .description('show or say which crawlers robots.txt asks to stay away')
  .option('--ai <deny|allow>', 'those that gather texts for language models')
  .option('--deny <names...>', 'further ones, by the name they give themselves')
  .option('--none', 'no further ones')
  .action(
    run(async (options: CrawlerOptions) => (await import('./commands/pages.ts')).showOrSetCrawlers(options)),
  )

const homeCopies = async () => import('./commands/copies.ts')
const copies = program
  .command('copies')
  .description(
    'copies of the home that were made before the first start of another version; the newest two are kept',
  )
withCommonOptions(copies.command('list', { isDefault: true }))
  .description('every copy: its name, its version, its size; and what was replaced by taking one back')
  .action(run(async (options: CommonOptions) => (await homeCopies()).listCopies(options)))
withCommonOptions(copies.command('restore <name>'))
  .description(
    'check a copy and put it in the place of the home, which must not run; what is replaced is kept and can be taken back too',
  )
  .action(
    run(async (name: string, options: CommonOptions) => (await homeCopies()).restoreCopy(name, options)),
  )

addBackupCommands(program, run)
addRestoreCommands(program, run)

addPruneCommands(program, run)

addStoreCommands(program, run)

const owner = program.command('owner').description('the one person this home belongs to')
withCommonOptions(owner.command('password'))
  .description('set a forgotten password, on the machine itself')
  .option('--password-file <file>', 'file with the new password on its first line')
  .action(
    run(async (options: CommonOptions & { passwordFile?: string }) =>
      (await import('./commands/owner-password.ts')).setPassword(options),
    ),
  )

withCommonOptions(owner.command('reset-2fa'))
  .description('take authenticator, recovery codes and passkeys away, on the machine itself')
  .action(
    run(async (options: CommonOptions) =>
      (await import('./commands/owner-second-factors.ts')).resetTwoFactor(options),
    ),
  )

const names = async () => import('./commands/home-names.ts')

const identity = program.command('identity').description('the names under which you write')
withCommonOptions(identity.command('list'))
  .description('every identity and every domain of this home')
  .action(run(async (options: CommonOptions) => (await names()).showNames(options)))
withCommonOptions(identity.command('add <name>'))
  .description('add an identity, with keys of its own')
  .option('--domain <name>', 'a domain of this home; the first one unless said otherwise')
  .option('--display-name <name>', 'how it is called')
  .action(run(async (name: string, options: IdentityOptions) => (await names()).newIdentity(name, options)))

const migration = async () => import('./commands/migration.ts')
withCommonOptions(identity.command('alias <name> [others...]'))
  .description('show the other names of an identity, or set them: handles or addresses')
  .option('--none', 'take all other names away')
  .action(
    run(async (name: string, others: string[], options: AliasOptions) =>
      (await migration()).showAliases(name, others, options),
    ),
  )
withCommonOptions(identity.command('move <name> [target]'))
  .description('move an identity to an account elsewhere, or show how the move goes')
  .option('--back', 'take the move back')
  .action(
    run(async (name: string, target: string | undefined, options: MoveOptions) =>
      (await migration()).moveOrShow(name, target, options),
    ),
  )

const domain = program.command('domain').description('the domains of this home')
withCommonOptions(domain.command('add <name>'))
  .description('add a further domain')
  .option('--service-domain <name>', 'the host that answers, where it differs from the domain')
  .action(run(async (name: string, options: DomainOptions) => (await names()).newDomain(name, options)))
withCommonOptions(domain.command('publish <name>'))
  .description('give a home that was only on this computer its address, once')
  .option('--service-domain <name>', 'the host that answers, where it differs from the domain')
  .action(run(async (name: string, options: DomainOptions) => (await names()).publish(name, options)))

withCommonOptions(domain.command('purge <host>'))
  .description(
    'delete everything that is kept of a server of others and of those below it, which must be blocked',
  )
  .option('--block', 'block it first: follows in both directions end')
  .option('--dry-run', 'only say how much would go')
  .option('--yes', 'do it without asking')
  .action(
    run(async (host: string, options: PurgeOptions) =>
      (await import('./commands/domain-purge.ts')).purgeDomain(host, options),
    ),
  )

const actor = program.command('actor').description('people of other servers')
withCommonOptions(actor.command('refresh [handles...]'))
  .description('read profiles again from where they live, however fresh they are')
  .option('--host <name>', 'everybody who is known of one server and of those below it')
  .option('--all', 'everybody you follow or who follows you')
  .action(
    run(async (handles: string[], options: RefreshOptions) =>
      (await import('./commands/actor-refresh.ts')).refreshPeople(handles, options),
    ),
  )

const timeline = program.command('timeline').description('what you read at home')
withCommonOptions(timeline.command('rebuild'))
  .description('fill the home timelines anew from the posts that are here')
  .option('--days <days>', 'how far back', '30')
  .action(
    run(async (options: RebuildOptions) =>
      (await import('./commands/timeline-rebuild.ts')).rebuildTimelines(options),
    ),
  )

addHelpCommand(program, run)

const isJson = process.argv.includes('--json')
try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    // Asking for help or the version is no mistake; a group of commands alone is answered with what there is.
    exitCode = error.exitCode === 0 ? ExitCode.ok : ExitCode.usage
    if (error.exitCode !== 0 && !error.code.startsWith('commander.help'))
      reportFailure(wordsRefused(error.message), isJson)
  } else {
    reportFailure(error, isJson)
    exitCode = exitCodeOf(error)
  }
}
// What was written is flushed; what is left open, such as a question on the terminal, does not keep the process.
process.stdout.write('', () => process.exit(exitCode))
