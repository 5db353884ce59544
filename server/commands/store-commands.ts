/** `homebird search …`, `media …` and `cache …` on the command line: what the home keeps, and what may be thrown away. */
import type { Command } from 'commander'
import type { SweepOptions } from './media.ts'
import { type CommonOptions, type Run, withCommonOptions } from './options.ts'

/** @param run  sets the exit code of the program from that of a command */
export function addStoreCommands(program: Command, run: Run): void {
  addSearchCommands(program, run)
  addMediaCommands(program, run)
  addCacheCommands(program, run)
}

function addSearchCommands(program: Command, run: Run): void {
  const search = program.command('search').description('what posts are found by')
  withCommonOptions(search.command('rebuild'))
    .description('write the index of all posts anew, in the background')
    .action(run(async (options: CommonOptions) => (await import('./search.ts')).rebuildSearch(options)))
}

function addMediaCommands(program: Command, run: Run): void {
  const ownFiles = async () => import('./media.ts')
  const media = program.command('media').description('what you have uploaded')
  withCommonOptions(media.command('usage').alias('stats'))
    .description('how many files there are and how large, what nothing shows, what is missing')
    .action(run(async (options: CommonOptions) => (await ownFiles()).mediaStats(options)))
  withCommonOptions(media.command('prune').alias('sweep'))
    .description('take away what nothing shows any more, as happens by itself')
    .option('--dry-run', 'only say what would go')
    .action(run(async (options: SweepOptions) => (await ownFiles()).mediaSweep(options)))
  withCommonOptions(media.command('refresh').alias('refetch'))
    .description('ask others again for files that could not be had')
    .option('--host <name>', 'of one server only')
    .action(
      run(async (options: CommonOptions & { host?: string }) =>
        (await import('./media-refetch.ts')).refetchMedia(options),
      ),
    )
  withCommonOptions(media.command('copy'))
    .description('bring all files to another place, or from it; may be broken off and run again')
    .option('--to <place>', 'as in HOMEBIRD_MEDIA_BACKEND; the place of now unless said otherwise')
    .option('--from <place>', 'the same, where they come from')
    .action(
      run(async (options: CommonOptions & { to?: string; from?: string }) =>
        (await ownFiles()).mediaCopy(options),
      ),
    )
}

function addCacheCommands(program: Command, run: Run): void {
  const cache = program.command('cache').description('what may be thrown away: answers, and files of others')
  withCommonOptions(cache.command('stats'))
    .description('what each cache holds, and what it has saved')
    .action(run(async (options: CommonOptions) => (await import('./cache.ts')).cacheStats(options)))
  withCommonOptions(cache.command('clear [name]'))
    .description('empty one cache, default, media or avatars, or all three')
    .action(
      run(async (name: string | undefined, options: CommonOptions) =>
        (await import('./cache.ts')).clearCache(name, options),
      ),
    )
  withCommonOptions(cache.command('recount'))
    .description('count followers, posts, replies, boosts, favourites and uses of hashtags anew')
    .action(run(async (options: CommonOptions) => (await import('./recount.ts')).recount(options)))
}
