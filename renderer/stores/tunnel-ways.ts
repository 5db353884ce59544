/**
 * The ways in that a person can choose from, each with the settings that it has. The page draws its form from this table and
 * from what the home lists: a setting that the home does not have is not asked for, and one that the table does not know
 * goes by the name of its variable.
 */
import type { TunnelSettingValue } from '../../server/contracts/tunnel.ts'

export type FieldLook =
  | { readonly kind: 'text' }
  | { readonly kind: 'secret' }
  /** A program and what it is given, one on each line; kept as a JSON list. */
  | { readonly kind: 'lines' }
  | { readonly kind: 'choice'; readonly of: readonly string[] }

const TEXT: FieldLook = { kind: 'text' }
const LOOKS: Readonly<Record<string, FieldLook>> = {
  tunnelCommand: { kind: 'lines' },
}

/** What the home calls the kind in `HOMEBIRD_TUNNEL`. */
const KIND = 'tunnel'
/** The fingerprint that the owner has compared; it is confirmed, never typed. */
export const HOST_KEY = 'tunnelHostKey'

export interface TunnelWay {
  /** Value of the setting `tunnel`. */
  readonly kind: string
  /** Further settings that belong to the choice itself, so that they are no field. */
  readonly fixed: Readonly<Record<string, string>>
  /** Asked for at once, in this order. */
  readonly fields: readonly string[]
  /** Folded: what is usual serves nearly everybody. */
  readonly more: readonly string[]
}

/** What a home does that does not have the setting. */
const BEFORE: Readonly<Record<string, string>> = { tunnelMode: 'edge' }

/** In the order in which they are offered. */
export const TUNNEL_WAYS = {
  none: { kind: 'none', fixed: {}, fields: [], more: [] },
  ssh: {
    kind: 'ssh',
    fixed: { tunnelMode: 'edge' },
    fields: ['tunnelServer'],
    more: ['tunnelListen'],
  },
  ssh_passthrough: {
    kind: 'ssh',
    fixed: { tunnelMode: 'passthrough' },
    fields: ['tunnelServer'],
    more: ['tunnelListen', 'acmeEmail', 'acmeDirectory'],
  },
  direct: {
    kind: 'direct',
    fixed: {},
    fields: [],
    more: ['tunnelRouter', 'tunnelDirectPort', 'tunnelSeenBy', 'acmeDirectory', 'acmeEmail'],
  },
  cloudflared: {
    kind: 'cloudflared',
    fixed: {},
    fields: ['tunnelToken'],
    more: ['tunnelProgram', 'tunnelPort'],
  },
  tailscale: { kind: 'tailscale', fixed: {}, fields: [], more: ['tunnelProgram', 'tunnelPort'] },
  ngrok: { kind: 'ngrok', fixed: {}, fields: ['tunnelToken'], more: ['tunnelPort'] },
  manual: { kind: 'manual', fixed: {}, fields: ['clientAddress', 'trustedProxies'], more: [] },
  command: {
    kind: 'command',
    fixed: {},
    fields: ['tunnelCommand', 'tunnelToken'],
    more: ['tunnelReady', 'clientAddress', 'tunnelPort'],
  },
} as const satisfies Readonly<Record<string, TunnelWay>>

export type WayName = keyof typeof TUNNEL_WAYS

export const WAY_NAMES = Object.keys(TUNNEL_WAYS) as readonly WayName[]

export const isWayName = (name: string): name is WayName => Object.hasOwn(TUNNEL_WAYS, name)

/** Settings by their names. */
export type TunnelValues = ReadonlyMap<string, TunnelSettingValue>

export const valuesOf = (settings: readonly TunnelSettingValue[]): TunnelValues =>
  new Map(settings.map((one) => [one.name, one]))

/** The way that the home goes now; a kind that is newer than the window goes by its own name. */
export function wayOf(values: TunnelValues): string {
  const kind = values.get(KIND)?.value ?? ''
  const found = WAY_NAMES.find((name) => {
    const way: TunnelWay = TUNNEL_WAYS[name]
    const isFixed = ([one, value]: readonly [string, string]): boolean =>
      (values.get(one)?.value ?? BEFORE[one]) === value
    return way.kind === kind && Object.entries(way.fixed).every(isFixed)
  })
  return found ?? (kind === '' ? 'none' : kind)
}

/** Only what this home knows. @param kinds  that it can be asked for */
export function offeredWays(values: TunnelValues, kinds: readonly string[]): readonly WayName[] {
  return WAY_NAMES.filter((name) => {
    const way: TunnelWay = TUNNEL_WAYS[name]
    const isPossible = ([one, value]: readonly [string, string]): boolean =>
      values.has(one) || BEFORE[one] === value
    return kinds.includes(way.kind) && Object.entries(way.fixed).every(isPossible)
  })
}

/** Of a secret nothing is known but that it is there. */
export const lookOf = ({ name, isSecret }: TunnelSettingValue): FieldLook =>
  isSecret ? { kind: 'secret' } : (LOOKS[name] ?? TEXT)

interface WayFields {
  readonly fields: readonly TunnelSettingValue[]
  readonly more: readonly TunnelSettingValue[]
}

/** @param way  one that the table does not know has every setting, folded */
export function fieldsOf(way: string, values: TunnelValues): WayFields {
  const named = (names: readonly string[]): TunnelSettingValue[] =>
    names.flatMap((name) => values.get(name) ?? [])
  if (!isWayName(way)) return { fields: [], more: named([...values.keys()].filter((name) => name !== KIND)) }
  const { fields, more }: TunnelWay = TUNNEL_WAYS[way]
  return { fields: named(fields), more: named(more) }
}

/** What was typed and is not kept yet, by the name of the setting. */
export type Typed = Readonly<Record<string, string>>

/** What must be sent so that the home goes this way with these values; nothing when it does already. */
export function changesFor(
  way: string,
  typed: Typed,
  values: TunnelValues,
): { readonly name: string; readonly value: string | null }[] {
  const { fields, more } = fieldsOf(way, values)
  const shown = [...fields, ...more].flatMap((setting) => {
    const words = typed[setting.name]
    return words === undefined ? [] : [[setting.name, keptForm(setting, words)] as const]
  })
  const chosen: TunnelWay | null = isWayName(way) ? TUNNEL_WAYS[way] : null
  const fixed = Object.entries({ ...chosen?.fixed, [KIND]: chosen?.kind ?? way }).filter(([name]) =>
    values.has(name),
  )
  const wanted = [...shown, ...forgotten(shown, values), ...fixed]
  return wanted.flatMap(([name, value]) => {
    const known = values.get(name)
    // What a secret is cannot be compared.
    const isSame = known?.isSecret === true ? value === '' : known?.value === value
    return isSame ? [] : [{ name, value: value === '' ? null : value }]
  })
}

/** Some values say what is run on the computer: a session alone does not choose that. */
export const asksPassword = (
  changes: readonly { readonly name: string; readonly value: string | null }[],
  values: TunnelValues,
): boolean => changes.some(({ name, value }) => value !== null && values.get(name)?.needsPassword === true)

const keptForm = (setting: TunnelSettingValue, words: string): string =>
  lookOf(setting).kind === 'lines' ? listOfLines(words) : words.trim()

/** The key of one server says nothing of another. */
function forgotten(
  typed: readonly (readonly [string, string])[],
  values: TunnelValues,
): readonly (readonly [string, string])[] {
  const server = typed.find(([name]) => name === 'tunnelServer')?.[1]
  const isOther = server !== undefined && server !== values.get('tunnelServer')?.value
  return isOther && values.has(HOST_KEY) ? [[HOST_KEY, '']] : []
}

/** Whose value the home refused: its sentence names the variable. Null where it names none. */
export function refusedName(sentence: string, values: TunnelValues): string | null {
  const named = [...values.values()].find(({ variable }) =>
    new RegExp(`(?<![A-Z0-9_])${variable}(?![A-Z0-9_])`).test(sentence),
  )
  return named?.name ?? null
}

/** A JSON list as lines; whatever else is kept stands there as it is. */
export function linesOfList(kept: string): string {
  try {
    const parsed = JSON.parse(kept) as unknown
    return Array.isArray(parsed) ? parsed.map(String).join('\n') : kept
  } catch {
    return kept
  }
}

/** Empty lines are none; a line is handed on whole, with the spaces in it. */
export function listOfLines(lines: string): string {
  const list = lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return list.length === 0 ? '' : JSON.stringify(list)
}
