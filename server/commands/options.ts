/** Options that several commands share, and what they mean as settings. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { ExitCode } from '../contracts/exit-code.ts'
import { type ConfigSources, processEnvironment } from '../core/config.ts'
import type { SettingName } from '../core/settings.ts'

export interface CommonOptions {
  readonly json?: boolean
  readonly dataDir?: string
}

/** Makes an action of a command: its exit code is that of the program. */
export type Run = <Arguments extends unknown[]>(
  command: (...args: Arguments) => Promise<ExitCode>,
) => (...args: Arguments) => Promise<void>

export function withCommonOptions(command: Command): Command {
  return command
    .option('--data-dir <folder>', 'folder of everything this home keeps')
    .option('--json', 'answer with JSON, one value per line')
}

interface SettingOptions extends CommonOptions {
  readonly domain?: string
  readonly serviceDomain?: string
  readonly port?: string
  readonly privateListen?: string
}

/** The environment of this process, with the options of the command line above it. */
export function sourcesFrom(options: SettingOptions): Pick<ConfigSources, 'env' | 'commandLine'> {
  const { dataDir, domain, serviceDomain, port, privateListen } = options
  const given: [SettingName, string | undefined][] = [
    ['dataDir', dataDir === undefined ? undefined : resolve(dataDir)],
    ['domain', domain],
    ['serviceDomain', serviceDomain],
    ['port', port],
    ['privateListen', privateListen],
  ]
  return {
    env: processEnvironment(),
    commandLine: Object.fromEntries(
      given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
  }
}
