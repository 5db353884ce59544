/** Changing what a key does: what can be taken, what cannot and why. */
import {
  type Bindings,
  type Command,
  DEFAULT_KEYS,
  type Key,
  KEY_GROUPS,
  LEADER,
  isPlainKey,
} from './keymap.ts'

/** What the person chose instead, by command; an empty list is a command without a key. */
export type ChangedKeys = Partial<Readonly<Record<Command, readonly Key[]>>>

export type KeyRefusal =
  /** No letter, figure or sign; or one that browsers and screens need. */
  | { readonly reason: 'not_a_key' }
  /** Begins the keys that are pressed one after the other. */
  | { readonly reason: 'leads' }
  | { readonly reason: 'taken'; readonly by: Command }

/** A figure, letter or sign, or two after each other of which the first is the leader. */
const ONE = /^[^\s\p{C}]$/u

/** The keys of every command. What stays fixed is not overruled by what was kept. */
export function bindingsOf(changed: ChangedKeys): Bindings {
  const own = (command: Command): readonly Key[] => {
    const wanted = changed[command]
    if (wanted === undefined) return DEFAULT_KEYS[command]
    return [...wanted.filter(isPlainKey), ...DEFAULT_KEYS[command].filter((key) => !isPlainKey(key))]
  }
  return Object.fromEntries(
    (Object.keys(DEFAULT_KEYS) as Command[]).map((command) => [command, own(command)]),
  ) as unknown as Bindings
}

/** False for commands that have nothing but fixed keys. */
export function isChangeable(command: Command): boolean {
  return DEFAULT_KEYS[command].some(isPlainKey)
}

/** @returns null when the command can have the key */
export function refusalOf(bindings: Bindings, command: Command, key: Key): KeyRefusal | null {
  if (key === LEADER) return { reason: 'leads' }
  const last = key.startsWith(`${LEADER} `) ? key.slice(LEADER.length + 1) : key
  if (!ONE.test(last) && !['Enter', 'Backspace'].includes(key)) return { reason: 'not_a_key' }
  const by = (Object.keys(bindings) as Command[]).find(
    (other) => other !== command && bindings[other].includes(key),
  )
  return by === undefined ? null : { reason: 'taken', by }
}

/** The changes with one command changed; a command that is back at its own keys is not changed. */
export function withKeys(changed: ChangedKeys, command: Command, keys: readonly Key[]): ChangedKeys {
  const { [command]: _old, ...others } = changed
  const usual = DEFAULT_KEYS[command].filter(isPlainKey)
  const isUsual = usual.length === keys.length && usual.every((key, index) => keys[index] === key)
  return isUsual ? others : { ...others, [command]: [...keys] }
}

/** Reads what was kept, by whatever version; what makes no sense is left out. */
export function parseChangedKeys(raw: unknown): ChangedKeys {
  if (typeof raw !== 'object' || raw === null) return {}
  let changed: ChangedKeys = {}
  for (const command of KEY_GROUPS.flatMap((group): readonly Command[] => group.commands)) {
    const keys: unknown = (raw as Record<string, unknown>)[command]
    if (!Array.isArray(keys) || !isChangeable(command)) continue
    const bindings = bindingsOf(changed)
    const good = keys.filter(
      (key): key is Key =>
        typeof key === 'string' && refusalOf(withoutUsual(bindings, raw), command, key) === null,
    )
    changed = withKeys(changed, command, good.slice(0, 4))
  }
  return changed
}

/** A key that its usual command gave up is free, in whatever order both were kept. */
function withoutUsual(bindings: Bindings, raw: object): Bindings {
  return Object.fromEntries(
    Object.entries(bindings).map(([command, keys]) => [
      command,
      Array.isArray((raw as Record<string, unknown>)[command]) && keys === DEFAULT_KEYS[command as Command]
        ? []
        : keys,
    ]),
  ) as unknown as Bindings
}
