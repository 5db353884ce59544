/** The part of the command line that takes things along, and leaves. Commands load what they need when run. */
import type { Command } from 'commander'
import type { ExitCode } from '../contracts/exit-code.ts'
import type { ExportOptions } from './export.ts'
import type { FarewellOptions } from './farewell.ts'
import { withCommonOptions } from './options.ts'

/** Keeps the exit code of a command. */
type Run = <Arguments extends unknown[]>(
  command: (...args: Arguments) => Promise<ExitCode>,
) => (...args: Arguments) => Promise<void>

export function addLeavingCommands(program: Command, run: Run): void {
  withCommonOptions(program.command('export <what>'))
    .description(
      'take along: archive (posts, media, lists, as tools of Mastodon read them), html (pages that open from a disk), or one list: following, followers, lists, blocks, mutes, bookmarks, domain_blocks, filters',
    )
    .option('--out <file>', 'where to; the folder you are in unless said otherwise; - shows a list')
    .option('--identity <name>', 'whose it is; the oldest identity unless said otherwise')
    .option('--private', 'html: also posts for followers and direct messages')
    .option('--with-keys', 'archive: also the private keys, in plain text')
    .action(
      run(async (what: string, options: ExportOptions) =>
        (await import('./export.ts')).exportThing(what, options),
      ),
    )
  withCommonOptions(program.command('farewell [handle]'))
    .description(
      'what leaving for good would take away, and how it goes; with the handle of the oldest identity it begins, a day later: every server is told to delete you, then everything here is erased',
    )
    .option('--in <hours>', 'begin in so many hours instead of 24')
    .option('--call-off', 'stay; possible until it has begun')
    .action(
      run(async (handle: string | undefined, options: FarewellOptions) =>
        (await import('./farewell.ts')).farewell(handle, options),
      ),
    )
}
