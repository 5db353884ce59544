/** `homebird hand-over` on the command line: what can be asked of it. */
import type { Command } from 'commander'
import type { OfferOptions, TakeBackOptions } from './hand-over.ts'
import type { TakeOptions } from './hand-over-take.ts'
import { type CommonOptions, type Run, withCommonOptions } from './options.ts'

export function addHandOverCommands(program: Command, run: Run): void {
  const here = async () => import('./hand-over.ts')
  const handOver = program
    .command('hand-over')
    .description('move the home to another computer while both run: database, media, keys, and who speaks')
  withCommonOptions(handOver.command('offer'))
    .description('on the old computer, whose home runs: show a code, and give everything to who has it')
    .option('--minutes <count>', 'how long somebody may come with the code', '30')
    .option('--port <port>', 'TCP port at which it is given; 4182, or a free one, unless said otherwise')
    .option('--host <address>', 'at which address; at all of this computer unless said otherwise')
    .option(
      '--patience <seconds>',
      'how long the other may be silent before this home goes on by itself',
      '180',
    )
    .action(run(async (options: OfferOptions) => (await here()).offer(options)))
  withCommonOptions(handOver.command('take [address] [code]'))
    .description(
      'on the new computer, whose home does not run: take it over; it asks for the code, or reads it from its input. What was broken off before the last step is finished, at the address if one is given',
    )
    .option('--yes', 'do it without asking')
    .option('--anew', 'take a new offer though an earlier one was broken off before the last step')
    .action(
      run(async (address: string | undefined, code: string | undefined, options: TakeOptions) =>
        (await import('./hand-over-take.ts')).take(address, code, options),
      ),
    )
  withCommonOptions(handOver.command('take-back'))
    .description(
      'have this home speak again though another computer has taken it over: only where that one is off for good',
    )
    .option('--yes', 'do it without asking')
    .action(run(async (options: TakeBackOptions) => (await here()).takeBack(options)))
  withCommonOptions(handOver.command('cancel'))
    .description('withdraw the offer; what is being sent is broken off, and this home goes on')
    .action(run(async (options: CommonOptions) => (await here()).withdraw(options)))
  withCommonOptions(handOver.command('state'))
    .description('which computer speaks for the home')
    .action(run(async (options: CommonOptions) => (await here()).showState(options)))
}
