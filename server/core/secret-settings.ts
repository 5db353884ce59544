/** Which values of the settings are secret, and how all others are written down for somebody who helps. */
import type { Config } from './config.ts'
import { REMOVED, secretsIn, secretsWithin } from './redact.ts'
import type { Setting } from './setting.ts'
import { SETTINGS, type SettingName } from './settings.ts'

/** Names within a secret value that say where something is, and no more. */
const OPEN_PARTS = new Set([
  'kind',
  'folder',
  'endpoint',
  'bucket',
  'prefix',
  'region',
  'style',
  'path',
  'host',
  'user',
  'hostKey',
  'keyFile',
])

export function secretSettings(config: Config): string[] {
  return settingNames().flatMap((name) =>
    isSecret(name) ? secretsIn(hiddenPart(config[name])) : secretsWithin(config[name]),
  )
}

/**
 * Secrets out of values as they are written, right or wrong.
 * @param writtenOf  of a variable, and of the setting whose it is
 */
export function secretsAsWritten(
  writtenOf: (variable: string, name: SettingName) => string | undefined,
): string[] {
  return settingNames().flatMap((name) => {
    const { env, aliases = [], type } = definitionOf(name)
    return [env, ...aliases].flatMap((variable) => {
      const raw = writtenOf(variable, name) ?? ''
      if (raw === '') return []
      const parsed = parsedOrNull(type, raw)
      if (!isSecret(name)) return parsed === null ? secretsWithin(raw) : secretsWithin(parsed)
      return parsed === null ? secretsIn(raw) : secretsIn(hiddenPart(parsed))
    })
  })
}

function parsedOrNull(type: Setting<unknown>['type'], raw: string): unknown {
  try {
    return type.parse(raw)
  } catch {
    return null // it is wrong, and still nobody's to see
  }
}

/** Only what is not as it comes; secrets are named and not shown. */
export function changedSettings(config: Config): Readonly<Record<string, unknown>> {
  const changed = settingNames().flatMap((name) => {
    const { env, type, fallback } = definitionOf(name)
    const value: unknown = config[name]
    if (JSON.stringify(value) === JSON.stringify(type.parse(fallback))) return []
    return [[env, isSecret(name) ? REMOVED : (type.show?.(value) ?? value)] as const]
  })
  return Object.fromEntries(changed)
}

const settingNames = (): SettingName[] => Object.keys(SETTINGS) as SettingName[]
const definitionOf = (name: SettingName): Setting<unknown> => SETTINGS[name]
const isSecret = (name: SettingName): boolean => definitionOf(name).secret === true

function hiddenPart(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(hiddenPart)
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) =>
      OPEN_PARTS.has(name) ? [] : [[name, hiddenPart(part)] as const],
    ),
  )
}
