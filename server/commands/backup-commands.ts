/** `homebird backup` on the command line: what can be asked of it. What it does is loaded when it is run. */
import type { Command } from 'commander'
import type { BackupOptions, PassphraseOptions } from './backup.ts'
import { type CommonOptions, type Run, withCommonOptions } from './options.ts'

export function addBackupCommands(program: Command, run: Run): void {
  const backups = async () => import('./backup.ts')
  const backup = program
    .command('backup')
    .description('everything of the home, sealed: made every night, or now')
  withCommonOptions(backup.command('create', { isDefault: true }))
    .description(
      'make one now and prove it by restoring it into a scratch database; the home may run meanwhile',
    )
    .option(
      '--to <place>',
      'absolute path of a folder; the first place of the settings unless said otherwise',
    )
    .option(
      '--whole',
      'one file with all media inside, to carry away; else media lie beside it, each sent once',
    )
    .option('--no-verify', 'do not prove it')
    .action(run(async (options: BackupOptions) => (await backups()).createBackup(options)))
  withCommonOptions(backup.command('list'))
    .description('every backup in its place: when it was made, by which version, its size')
    .option('--to <place>', 'which place; all of the settings unless said otherwise')
    .action(run(async (options: BackupOptions) => (await import('./backup-list.ts')).listBackups(options)))
  withCommonOptions(backup.command('verify <name>'))
    .description('prove a backup again')
    .option('--to <place>', 'where it lies')
    .option('--thorough', 'read all media beside it too; else they are only looked for')
    .action(run(async (name: string, options: BackupOptions) => (await backups()).verifyNamed(name, options)))
  withCommonOptions(backup.command('cancel'))
    .description('break off what is being made, proven or restored; what was there before stays')
    .action(run(async (options: CommonOptions) => (await backups()).cancelBackup(options)))
  withCommonOptions(backup.command('state'))
    .description('what is being done, and how the last ones ended')
    .action(run(async (options: CommonOptions) => (await backups()).showState(options)))
  withCommonOptions(backup.command('passphrase'))
    .description('the words by which backups are opened on another computer; asked for, or from a file')
    .option('--passphrase-file <file>', 'file with them on its first line')
    .option('--none', 'take them away: then only this home and the recovery code open backups to come')
    .action(run(async (options: PassphraseOptions) => (await backups()).setPassphrase(options)))
}
