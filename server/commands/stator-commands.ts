/** `homebird stator …` on the command line. */
import type { Command } from 'commander'
import { type CommonOptions, type Run, withCommonOptions } from './options.ts'
import type { StatorOptions } from './stator.ts'

/** @param run  sets the exit code of the program from that of a command */
export function addStatorCommands(program: Command, run: Run): void {
  const stator = program.command('stator').description('the engine that works off what is due')
  withCommonOptions(stator.command('run [graphs...]', { isDefault: true }))
    .description('work, beside the running home or without one: on all graphs or on those that are named')
    .option('--for <time>', 'how long: 10s, 500ms, 2m; until Ctrl-C unless said')
    .option('-r, --run-for <seconds>', 'the same in seconds; 0 until Ctrl-C')
    .option('-c, --concurrency <calls>', 'how much at once; as HOMEBIRD_STATOR_CONCURRENCY unless said')
    .option('-s, --schedule-interval <seconds>', 'how often it looks for what has expired', '30')
    .option('-x, --exclude <graphs...>', 'graphs that it leaves alone')
    .option('--liveness-file <file>', 'is written anew whenever the database has answered')
    .action(
      run(async (graphs: string[], options: StatorOptions) =>
        (await import('./stator.ts')).runStator(graphs, options),
      ),
    )
  withCommonOptions(stator.command('pause'))
    .description('send and fetch nothing by itself, while travelling or on a metered line')
    .option('--for <time>', 'how long: 90m, 12h; without it until homebird stator resume')
    .action(
      run(async (options: CommonOptions & { for?: string }) => (await import('./pause.ts')).pause(options)),
    )
  withCommonOptions(stator.command('resume'))
    .description('go on after a pause')
    .action(run(async (options: CommonOptions) => (await import('./pause.ts')).resume(options)))
}
