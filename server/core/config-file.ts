/** The file of variables, as the seed system reads one: what stands in the environment itself is stronger. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { describeError, HomebirdError } from './errors.ts'
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

/**
 * Empty where no file is named and none lies in the data directory.
 * @throws HomebirdError SETTING_INVALID for one that is named and cannot be read, and for one that names the folder
 */
export function readConfigFile({ env, dataDir }: FileSources): Readonly<Record<string, string>> {
  const { env: variable, aliases } = SETTINGS.configFile
  const naming = [variable, ...(aliases ?? [])].find((name) => (env[name] ?? '') !== '')
  const path = naming === undefined ? join(dataDir, USUAL_NAME) : resolve(env[naming] ?? '')
  if (naming === undefined && !existsSync(path)) return {}
  try {
    const { size } = statSync(path)
    if (size > MOST_BYTES) throw new Error(`it has ${size} bytes and the limit is ${MOST_BYTES}`)
    const values = definedOnly(parseEnv(readFileSync(path, 'utf8')))
    if (values[SETTINGS.dataDir.env] !== undefined) throw new Error(NO_FOLDER)
    return values
  } catch (error) {
    throw new HomebirdError(
      'SETTING_INVALID',
      `${naming ?? USUAL_NAME} is ${JSON.stringify(path)}, but it cannot be used: ${describeError(error)}; mend or remove it`,
      { cause: error },
    )
  }
}

const definedOnly = (values: NodeJS.Dict<string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
