/**
 * Reads the settings. This is the only file that touches `process.env`. A value comes from the command line, else from its
 * own variable, else from an alias, which may stand there for the sake of other programs: each in the environment or in a
 * file of variables. Else it comes from the settings store, else from the default.
 */
import { HomebirdError } from './errors.ts'
import { RETIRED_VARIABLES } from './retired-variables.ts'
import type { Setting } from './setting.ts'
import { SETTINGS, type SettingName } from './settings.ts'
import { parseSetting } from './setting-types.ts'
import { checkCdn } from './cdn-settings.ts'
import { vapidPublicKeyOf } from './vapid-pair.ts'

type Parsed<S> = S extends Setting<infer T> ? T : never

/** Every setting with its true type; plain data, so that it can be sent to a child process. */
export type Config = { readonly [N in SettingName]: Parsed<(typeof SETTINGS)[N]> }

export type ConfigOrigin = (
  | /** `sealed`: kept, but sealed by the desktop app, and not known here. */
    { readonly from: 'command line' | 'settings store' | 'sealed' | 'default' }
  | { readonly from: 'variable' | 'file'; readonly variable: string }
) & {
  /** The home has chosen the value, from the machine. */
  readonly isAutomatic?: true
}

export interface LoadedConfig {
  readonly config: Config
  readonly origins: Readonly<Record<SettingName, ConfigOrigin>>
  /** One sentence each: unknown variables with the nearest known name, retired ones with the reason, what is wrong with the file. */
  readonly warnings: readonly string[]
}

export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Variables out of the file of `configFile`; of one name that of the environment is stronger. */
  readonly file?: Readonly<Record<string, string>>
  /** What is to be said of that file. */
  readonly fileWarnings?: readonly string[]
  readonly commandLine?: Partial<Record<SettingName, string>>
  readonly store?: Partial<Record<SettingName, string>>
  /** What is kept and cannot be opened here: it looks as if it were not given, and is not held against others. */
  readonly sealed?: ReadonlySet<SettingName>
}

/** The environment of this process. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env
}

/** @throws HomebirdError SETTING_INVALID naming variable, value, limit and remedy */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const config: Record<string, unknown> = {}
  const origins: Partial<Record<SettingName, ConfigOrigin>> = {}
  const given = { ...sources.file, ...sources.env }
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const definition: Setting<unknown> = SETTINGS[name]
    const { raw, origin } = findRaw(name, definition, sources)
    const label = 'variable' in origin ? origin.variable : `${definition.env} (${origin.from})`
    config[name] = parseSetting(label, definition.type, raw, definition.secret === true)
    origins[name] = definition.type.isAutomatic?.(raw) === true ? { ...origin, isAutomatic: true } : origin
  }
  const loaded = config as Config
  if (!Object.values(origins).some(({ from }) => from === 'sealed')) checkTogether(loaded)
  return {
    config: loaded,
    origins: origins as Record<SettingName, ConfigOrigin>,
    warnings: [...(sources.fileWarnings ?? []), ...findWarnings(given)],
  }
}

interface Found {
  readonly raw: string
  readonly origin: ConfigOrigin
}

function findRaw(name: SettingName, definition: Setting<unknown>, sources: ConfigSources): Found {
  const fromCommandLine = sources.commandLine?.[name]
  if (fromCommandLine !== undefined) return { raw: fromCommandLine, origin: { from: 'command line' } }
  const places = { variable: sources.env, file: sources.file ?? {} } as const
  for (const names of [[definition.env], definition.aliases ?? []]) {
    for (const from of ['variable', 'file'] as const) {
      const variable = names.find((one) => places[from][one] !== undefined)
      const raw = variable === undefined ? undefined : places[from][variable]
      if (variable !== undefined && raw !== undefined) return { raw, origin: { from, variable } }
    }
  }
  const stored = sources.store?.[name]
  if (stored !== undefined) return { raw: stored, origin: { from: 'settings store' } }
  if (sources.sealed?.has(name) === true) return { raw: definition.fallback, origin: { from: 'sealed' } }
  const ofPostgres = name === 'databaseUrl' ? fromPostgresVariables(sources) : null
  return ofPostgres ?? { raw: definition.fallback, origin: { from: 'default' } }
}

/**
 * PGHOST and its kin name an external database as in the seed system, but only where nothing else does: they often stand in an
 * environment for the sake of psql.
 */
function fromPostgresVariables({ env, file = {} }: ConfigSources): Found | null {
  const from = (env['PGHOST'] ?? '') === '' ? 'file' : 'variable'
  const host = (from === 'file' ? file : env)['PGHOST'] ?? ''
  if (host === '') return null
  // The password may stand in the file while the host does not.
  const of = (name: string): string | undefined => env[name] ?? file[name]
  const url = new URL('postgresql://localhost')
  if (host.startsWith('/')) url.searchParams.set('host', host)
  else url.hostname = host.includes(':') ? `[${host}]` : host // an address of IPv6 stands in brackets
  url.port = of('PGPORT') ?? '5432'
  url.username = encodeURIComponent(of('PGUSER') ?? 'postgres')
  url.password = encodeURIComponent(of('PGPASSWORD') ?? '')
  url.pathname = `/${encodeURIComponent(of('PGDATABASE') ?? of('PGNAME') ?? 'homebird')}`
  return { raw: url.href, origin: { from, variable: 'PGHOST' } }
}

function checkTogether(config: Config): void {
  checkTranslator(config)
  checkCdn(config)
  if (config.serviceDomain !== null && config.domain === null) {
    throw new HomebirdError(
      'SETTING_INVALID',
      `HOMEBIRD_SERVICE_DOMAIN is "${config.serviceDomain}", but HOMEBIRD_DOMAIN is not set; set the domain of your handle too`,
    )
  }
  checkVapidKeys(config)
}

/** Apps are told the public key and subscribe with it: one that does not belong to the private key would silence them all. */
function checkVapidKeys({ vapidPublicKey, vapidPrivateKey }: Config): void {
  if (vapidPrivateKey === null) {
    if (vapidPublicKey === null) return
    throw new HomebirdError(
      'SETTING_INVALID',
      'HOMEBIRD_VAPID_PUBLIC_KEY is set, but HOMEBIRD_VAPID_PRIVATE_KEY is not; set the private key or remove both',
    )
  }
  const derived = vapidPublicKeyOf(vapidPrivateKey)
  if (derived === null) {
    throw new HomebirdError(
      'SETTING_INVALID',
      'HOMEBIRD_VAPID_PRIVATE_KEY is (hidden), but it is no private key of the curve P-256; make another or remove it',
    )
  }
  if (vapidPublicKey === null || vapidPublicKey === derived) return
  throw new HomebirdError(
    'SETTING_INVALID',
    `HOMEBIRD_VAPID_PUBLIC_KEY is "${vapidPublicKey}", but the private key belongs to "${derived}"; set that or remove it`,
  )
}

function checkTranslator({ translator, translatorUrl, translatorKey }: Config): void {
  const isWithoutAddress = translator === 'libretranslate' && translatorUrl === null
  const isWithoutKey = translator === 'deepl' && translatorKey === ''
  if (!isWithoutAddress && !isWithoutKey) return
  const missing = isWithoutAddress ? 'HOMEBIRD_TRANSLATOR_URL' : 'HOMEBIRD_TRANSLATOR_KEY'
  throw new HomebirdError(
    'SETTING_INVALID',
    `HOMEBIRD_TRANSLATOR is "${translator}", but ${missing} is not set; set it too`,
  )
}

function findWarnings(env: ConfigSources['env']): string[] {
  const known = new Set<string>()
  for (const definition of Object.values<Setting<unknown>>(SETTINGS)) {
    known.add(definition.env)
    for (const alias of definition.aliases ?? []) known.add(alias)
  }
  const warnings: string[] = []
  for (const variable of Object.keys(env).sort()) {
    if (!/^(?:HOMEBIRD|TAKAHE)_/.test(variable) || known.has(variable)) continue
    const retired = RETIRED_VARIABLES[variable]
    warnings.push(
      retired === undefined
        ? `${variable} is not a setting; did you mean ${nearest(variable, known)}?`
        : `${variable} has no effect here: ${retired}`,
    )
  }
  return warnings
}

/** The known name with the smallest edit distance, prefix left out of account. */
function nearest(variable: string, known: ReadonlySet<string>): string {
  const bare = (name: string): string => name.replace(/^(?:HOMEBIRD|TAKAHE)_/, '')
  let best = ''
  let bestDistance = Number.POSITIVE_INFINITY
  for (const name of known) {
    if (!name.startsWith('HOMEBIRD_')) continue
    const distance = editDistance(bare(variable).slice(0, 64), bare(name))
    if (distance < bestDistance) [best, bestDistance] = [name, distance]
  }
  return best
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
