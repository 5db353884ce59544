/** `homebird prune …` on the command line. */
import type { Command } from 'commander'
import type { ExitCode } from '../contracts/exit-code.ts'
import type { SweepOptions } from './media.ts'
import { withCommonOptions } from './options.ts'
import type { PruneOptions } from './prune.ts'

/** @param run  sets the exit code of the program from that of a command */
export function addPruneCommands(
  program: Command,
  run: <Arguments extends unknown[]>(
    command: (...args: Arguments) => Promise<ExitCode>,
  ) => (...args: Arguments) => Promise<void>,
): void {
  const prunes = program
    .command('prune')
    .description(
      'take away what nothing ties to you, as the clean-up does at night; ends with 1 when something went, 0 when nothing did, 2 where the rules keep everything',
    )
  withCommonOptions(prunes.command('posts'))
    .description('posts of others that are older than the rules say, but for all that you had to do with')
    .option('--dry-run', 'only say how many would go, and how large they are')
    .option('--number <posts>', 'about this many at most')
    .action(run(async (options: PruneOptions) => (await import('./prune.ts')).prune('posts', options)))
  withCommonOptions(prunes.command('actors'))
    .description('people of other servers who have nothing left here')
    .option('--dry-run', 'only say how many would go')
    .option('--number <people>', 'about this many at most')
    .action(run(async (options: PruneOptions) => (await import('./prune.ts')).prune('actors', options)))
  withCommonOptions(prunes.command('media'))
    .description('files of yours that nothing shows any more')
    .option('--dry-run', 'only say what would go')
    .action(run(async (options: SweepOptions) => (await import('./media.ts')).pruneMedia(options)))
}
