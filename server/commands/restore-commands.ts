/** `homebird restore` and `hand-over` on the command line: what can be asked of them. */
import type { Command } from 'commander'
import { addHandOverCommands } from './hand-over-commands.ts'
import { type Run, withCommonOptions } from './options.ts'
import type { RestoreOptions } from './restore.ts'

export function addRestoreCommands(program: Command, run: Run): void {
  withCommonOptions(program.command('restore <backup>'))
    .description(
      'put a backup in the place of the home, or where there is none yet: a file, PLACE/NAME, or a name in the home’s own folder of backups. A home that runs goes on until the restored one lies ready, and is opened again as that one. What stood here is kept',
    )
    .option('--passphrase-file <file>', 'file with the passphrase or the recovery code on its first line')
    .option('--yes', 'do it without asking')
    .action(
      run(async (backup: string, options: RestoreOptions) =>
        (await import('./restore.ts')).restore(backup, options),
      ),
    )
  addHandOverCommands(program, run)
}
