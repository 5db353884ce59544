/** The part of the command line that takes another server over. Commands load what they need when run. */
import type { Command } from 'commander'
import type { ExitCode } from '../contracts/exit-code.ts'
import type { AdoptOptions } from './adopt.ts'
import { withCommonOptions } from './options.ts'

/** Keeps the exit code of a command. */
type Run = <Arguments extends unknown[]>(
  command: (...args: Arguments) => Promise<ExitCode>,
) => (...args: Arguments) => Promise<void>

export function addAdoptCommand(program: Command, run: Run): void {
  withCommonOptions(program.command('adopt'))
    .description(
      'take a Takahē server over into an empty home: the same domains, names, keys, addresses, posts, follows. Its database is only read',
    )
    .option(
      '--database <url>',
      'postgresql://user@host/database; without it, or with -, it is read from the input, unseen by other accounts, and may have a password: postgresql://user:password@host/database',
    )
    .option(
      '--media <place>',
      'its files: the folder of TAKAHE_MEDIA_ROOT; or -, and the input says s3://key:secret@host/bucket, on a line after the database where that is there too',
    )
    .option('--user <email>', 'whose identities, where several people live there')
    .option(
      '--main-host <host>',
      'what TAKAHE_MAIN_DOMAIN says, where it is not the host of the first domain',
    )
    .option('--password-file <file>', 'file with your new password on its first line')
    .option('--dry-run', 'only say what there is')
    .action(run(async (options: AdoptOptions) => (await import('./adopt.ts')).adoptServer(options)))
}
