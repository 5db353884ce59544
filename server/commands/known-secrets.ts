/** What no line that is shown may hold, as far as this home knows it; also where its settings cannot be used. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openApplianceStore } from '../appliance/appliance-store.ts'
import type { GroundSources } from '../appliance/ground.ts'
import { readConfigFile } from '../core/config-file.ts'
import type { Config } from '../core/config.ts'
import type { DataDir } from '../core/data-dir.ts'
import { type Redactor, createRedactor } from '../core/redact.ts'
import { secretSettings, secretsAsWritten } from '../core/secret-settings.ts'

const MOST_SECRET_BYTES = 4_096

/** @param config  null where a setting is wrong: then what is written in its places is looked through */
export function redactorFor(config: Config | null, dir: DataDir, sources: GroundSources): Redactor {
  const secrets = config === null ? writtenSecrets(dir, sources) : secretSettings(config)
  return createRedactor([...secrets, ...secretFilesIn(dir.secrets)])
}

function writtenSecrets(dir: DataDir, { env }: GroundSources): string[] {
  const variables = secretsAsWritten((variable) => env[variable])
  const file = unlessBroken(() => readConfigFile({ env, dataDir: dir.path }).values) ?? {}
  const kept = unlessBroken(() => keptSettings(dir)) ?? {}
  return [
    ...variables,
    ...secretsAsWritten((variable) => file[variable]),
    ...secretsAsWritten((_, name) => kept[name]),
  ]
}

function keptSettings(dir: DataDir) {
  if (!existsSync(dir.applianceDatabase)) return {}
  const store = openApplianceStore(dir, 'read')
  try {
    return store.settings()
  } finally {
    store.close()
  }
}

/** What cannot be read holds nothing that could be shown, and may be the very trouble that is looked into. */
function unlessBroken<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}

/** Whatever lies there in letters, such as passwords of the database: sealed ones are seals, and harm nobody. */
function secretFilesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (!entry.isFile() || statSync(path).size > MOST_SECRET_BYTES) return []
    const bytes = readFileSync(path)
    return [bytes.toString('utf8').trim(), bytes.toString('base64'), bytes.toString('hex')]
  })
}
