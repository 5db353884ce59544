/** The file of variables, as the seed system reads one. */
import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { describeError, HomebirdError } from './errors.ts'
import type { Setting } from './setting.ts'
import { SETTINGS } from './settings.ts'

const MOST_BYTES = 1_048_576
/** Looked for in the data directory. */
const USUAL_NAME = 'homebird.env'

const NO_FOLDER = `it names ${SETTINGS.dataDir.env}, which must be known before it is read: set that in the environment, or give --data-dir`

interface FileSources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** As the command line or the environment name it, or as the platform has it. */
  readonly dataDir: string
}

export interface ConfigFile {
  readonly values: Readonly<Record<string, string>>
  /** One sentence each. */
  readonly warnings: readonly string[]
}

/**
 * Empty where no file is named and none lies in the data directory.
 * @throws HomebirdError SETTING_INVALID for one that is named and cannot be read, and for one that names the folder
 */
export function readConfigFile({ env, dataDir }: FileSources): ConfigFile {
  const { env: variable, aliases } = SETTINGS.configFile
  const naming = [variable, ...(aliases ?? [])].find((name) => (env[name] ?? '') !== '')
  const path = naming === undefined ? join(dataDir, USUAL_NAME) : resolve(env[naming] ?? '')
  if (naming === undefined && !existsSync(path)) return { values: {}, warnings: [] }
  try {
    const { text, isOpen } = readRegular(path)
    const values = definedOnly(parseEnv(text))
    if (values[SETTINGS.dataDir.env] !== undefined) throw new Error(NO_FOLDER)
    return { values, warnings: isOpen ? warnOfSecrets(path, values) : [] }
  } catch (error) {
    throw new HomebirdError(
      'SETTING_INVALID',
      `${naming ?? USUAL_NAME} is ${JSON.stringify(path)}, but it cannot be used: ${describeError(error)}; mend or remove it`,
      { cause: error },
    )
  }
}

/** A pipe or a device is refused instead of waited for. `isOpen`: others on this computer may read it. */
function readRegular(path: string): { readonly text: string; readonly isOpen: boolean } {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) throw new Error('it is no regular file')
    if (stat.size > MOST_BYTES) throw new Error(`it has ${stat.size} bytes and the limit is ${MOST_BYTES}`)
    // Windows tells no modes that mean anything.
    const isOpen = process.platform !== 'win32' && (stat.mode & 0o077) !== 0
    return { text: readFileSync(file, 'utf8'), isOpen }
  } finally {
    closeSync(file)
  }
}

/** @see security rule 113 */
function warnOfSecrets(path: string, values: Readonly<Record<string, string>>): string[] {
  const found = Object.entries(values).flatMap(([name, value]) => (isSecret(name, value) ? [name] : []))
  if (found.length === 0) return []
  return [
    `${path} holds ${found.sort().join(', ')}, and others on this computer may read it; make it yours alone: chmod 600`,
  ]
}

/** Under every name that a setting may have; of some values a part is secret. */
function isSecret(name: string, value: string): boolean {
  if (value === '') return false
  if (name === 'PGPASSWORD') return true
  const definition = Object.values<Setting<unknown>>(SETTINGS).find(({ env, aliases = [] }) =>
    [env, ...aliases].includes(name),
  )
  return definition?.secret === true || (definition?.type.redact?.(value) ?? value) !== value
}

const definedOnly = (values: NodeJS.Dict<string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
