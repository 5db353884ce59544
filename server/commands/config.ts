/** `homebird config`: every setting with its value and where that came from; keeping and removing values. */
import { openApplianceStore } from '../appliance/appliance-store.ts'
import { isDataDirLocked } from '../appliance/data-dir-lock.ts'
import { chosenDataDir, readSettings } from '../appliance/ground.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import type { ConfigOrigin } from '../core/config.ts'
import { createDataDir, inspectDataDir } from '../core/data-dir.ts'
import { HomebirdError } from '../core/errors.ts'
import type { Setting } from '../core/setting.ts'
import { SETTINGS, type SettingName } from '../core/settings.ts'
import { parseSetting } from '../core/setting-types.ts'
import { type CommandIo, commandIo, valueFromInput } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

export function showConfig(options: CommonOptions): ExitCode {
  const io = commandIo(options.json === true)
  const { dir, loaded } = readSettings(sourcesFrom(options))
  const rows = settingNames().map((name) => {
    const definition: Setting<unknown> = SETTINGS[name]
    const value = name === 'dataDir' ? dir.path : shownValueOf(definition, loaded.config[name])
    return {
      name,
      variable: definition.env,
      aliases: definition.aliases ?? [],
      type: definition.type.name,
      default: definition.fallback,
      help: definition.help,
      value: definition.secret === true && value !== null ? '(hidden)' : value,
      from: describeOrigin(loaded.origins[name]),
    }
  })
  io.put({ dataDir: dir.path, settings: rows, warnings: loaded.warnings })
  for (const row of rows) {
    io.say(`${row.variable} = ${shown(row.value)}   (${row.from})`)
    io.say(`    ${row.help}`)
    io.say(`    ${row.type}; default ${row.default === '' ? 'empty' : row.default}`)
  }
  for (const warning of loaded.warnings) io.say(`warning: ${warning}`)
  return ExitCode.ok
}

/**
 * @param given  left out, or `-`: it is read from the input, as secrets always are
 * @throws HomebirdError USAGE for an unknown name or a secret as an argument, SETTING_INVALID for a bad value; then nothing
 *   was written
 */
export async function setConfig(
  name: string,
  given: string | undefined,
  options: CommonOptions,
): Promise<ExitCode> {
  const setting = findSetting(name)
  const definition: Setting<unknown> = SETTINGS[setting]
  const value = await valueFromInput({
    given,
    name: setting,
    command: 'config set',
    isSecret: definition.secret === true,
  })
  parseSetting(definition.env, definition.type, value, definition.secret === true)
  const shownValue = definition.secret === true ? '(hidden)' : (definition.type.redact?.(value) ?? value)
  changeStore(options, (store) => store.saveSetting(setting, value))
  return tellChange(options, { name: setting, variable: definition.env, value: shownValue })
}

/** @throws HomebirdError USAGE for an unknown name */
export function unsetConfig(name: string, options: CommonOptions): ExitCode {
  const setting = findSetting(name)
  changeStore(options, (store) => store.removeSetting(setting))
  return tellChange(options, { name: setting, variable: SETTINGS[setting].env, value: null })
}

function changeStore(
  options: CommonOptions,
  change: (store: ReturnType<typeof openApplianceStore>) => void,
): void {
  const dir = chosenDataDir(sourcesFrom(options))
  inspectDataDir(dir.path)
  const store = openApplianceStore(createDataDir(dir.path))
  try {
    change(store)
  } finally {
    store.close()
  }
}

function tellChange(
  options: CommonOptions,
  change: { readonly name: SettingName; readonly variable: string; readonly value: string | null },
): ExitCode {
  const io: CommandIo = commandIo(options.json === true)
  const { dir, loaded } = readSettings(sourcesFrom(options))
  const needsRestart = isDataDirLocked(dir)
  const origin = loaded.origins[change.name]
  io.put({ ...change, from: describeOrigin(origin), needsRestart })
  io.say(
    change.value === null
      ? `${change.variable} is no longer kept`
      : `${change.variable} = ${change.value} is kept`,
  )
  if ('variable' in origin)
    io.say(
      `but ${origin.variable} in the ${origin.from === 'file' ? 'file of variables' : 'environment'} is stronger`,
    )
  if (needsRestart) io.say('the home is running; restart it for this to count')
  return ExitCode.ok
}

/** By variable, alias or name. The folder itself and the file of variables cannot be kept inside the folder. */
function findSetting(asked: string): SettingName {
  const found = settingNames().find((name) => {
    const definition: Setting<unknown> = SETTINGS[name]
    return [name, definition.env, ...(definition.aliases ?? [])].includes(asked)
  })
  if (found === undefined) {
    throw new HomebirdError('USAGE', `${asked} is not a setting; homebird config names them all`)
  }
  if (found === 'dataDir' || found === 'configFile') {
    throw new HomebirdError(
      'USAGE',
      found === 'dataDir'
        ? 'the data directory is chosen with --data-dir or HOMEBIRD_DATA_DIR, and not kept'
        : 'the file of variables is named by HOMEBIRD_CONFIG_FILE in the environment, and not kept',
    )
  }
  return found
}

/** Some values are more than what was written, and some hold a secret in their midst. */
function shownValueOf(definition: Setting<unknown>, value: unknown): unknown {
  return definition.type.show === undefined ? value : definition.type.show(value)
}

function settingNames(): SettingName[] {
  return Object.keys(SETTINGS) as SettingName[]
}

function describeOrigin(origin: ConfigOrigin): string {
  if (origin.from === 'sealed') return 'settings store, sealed by the desktop app and not shown here'
  return 'variable' in origin ? `${origin.from} ${origin.variable}` : origin.from
}

function shown(value: unknown): string {
  if (value === null || value === '') return '(empty)'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
