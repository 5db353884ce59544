/** `homebird status`, `doctor` and `logs` on the command line: how the home does, what is wrong, what it has written. */
import type { Command } from 'commander'
import type { DoctorOptions } from './doctor.ts'
import type { LogsOptions } from './logs.ts'
import { type Run, withCommonOptions } from './options.ts'
import type { StatusOptions } from './status.ts'

/** @param run  sets the exit code of the program from that of a command */
export function addLookingCommands(program: Command, run: Run): void {
  withCommonOptions(program.command('status'))
    .description('how the home does; exit code 0 when every part does its work')
    .option('--watch', 'again every two seconds, until Ctrl-C')
    .action(run(async (options: StatusOptions) => (await import('./status.ts')).status(options)))

  withCommonOptions(program.command('doctor'))
    .description(
      'have the running home look at itself, also from outside; exit code 0 when nothing is broken, 1 when something is',
    )
    .option('--deep', 'also whether 40 MB get through and whether silence is cut; takes up to two minutes')
    .action(run(async (options: DoctorOptions) => (await import('./doctor.ts')).doctor(options)))

  withCommonOptions(program.command('logs'))
    .description(
      'what all parts of the home have written, the newest last, without secrets; also of a home that does not run',
    )
    .option('-n, --lines <number>', 'how many', '50')
    .option('--level <level>', 'debug, info, warn or error: what is less important is left out', 'debug')
    .option('--part <name>', 'of one part only, such as worker or database')
    .option('--search <words>', 'only lines that hold them')
    .option('-f, --follow', 'goes on as they are written, until Ctrl-C')
    .action(run(async (options: LogsOptions) => (await import('./logs.ts')).logs(options)))
}
