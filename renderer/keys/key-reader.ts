/** Reads key presses as commands. Letters never fire while somebody types or holds a modifier. */
import { type Bindings, type Command, type Key, LEADER, isPlainKey } from './keymap.ts'

export interface KeyPress {
  /** When it was pressed, as `Event.timeStamp`: a page that is busy reads it later. */
  readonly atMs: number
  /** As `KeyboardEvent.key`. */
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
  /** Characters go into a field. */
  readonly isTyping: boolean
  /** A button, a link or a field has the focus, and has uses of its own for Enter. */
  readonly isOnControl: boolean
}

/** The second key of `g h` comes within this time. */
const SEQUENCE_MS = 1_500

/** What controls do by themselves when they have the focus: tabs, choices, what plays. */
const OF_CONTROLS: ReadonlySet<string> = new Set(['Enter', ' ', 'ArrowLeft', 'ArrowRight'])

/** With Shift they mark words. */
const ARROWS: ReadonlySet<string> = new Set(['ArrowLeft', 'ArrowRight'])

/** In a field it takes back what was typed there. */
const OF_FIELDS: ReadonlySet<string> = new Set(['Mod+Z'])

export type KeyTable = ReadonlyMap<Key, Command>

/** @param isOn  false leaves only what needs a modifier, Esc, F6 and the arrows */
export function keyTable(bindings: Bindings, isOn = true): KeyTable {
  const table = new Map<Key, Command>()
  for (const [command, keys] of Object.entries(bindings) as [Command, readonly Key[]][]) {
    for (const key of keys) if (isOn || !isPlainKey(key)) table.set(key, command)
  }
  return table
}

export class KeyReader {
  readonly #table: () => KeyTable
  #ledAtMs = Number.NEGATIVE_INFINITY

  constructor(table: () => KeyTable) {
    this.#table = table
  }

  /** The command of a key press, or null for one that is not ours. */
  read(press: KeyPress): Command | null {
    if (press.key === 'Shift') return null
    const isLed = press.atMs - this.#ledAtMs < SEQUENCE_MS
    this.#ledAtMs = Number.NEGATIVE_INFINITY
    const table = this.#table()
    if (press.key === 'Escape') return table.get('Esc') ?? null
    if (press.altKey) return null
    if (press.ctrlKey || press.metaKey) {
      const chord = `Mod+${nameOf(press.key)}`
      return press.isTyping && OF_FIELDS.has(chord) ? null : (table.get(chord) ?? null)
    }
    // Between the parts of a window it goes from anywhere, as in every program.
    if (press.key === 'F6') return table.get('F6') ?? null
    if (press.shiftKey && ARROWS.has(press.key)) return null
    if (press.isTyping || (press.isOnControl && OF_CONTROLS.has(press.key))) return null
    if (isLed) return table.get(`${LEADER} ${press.key}`) ?? null
    const command = table.get(press.key) ?? null
    if (command === null && press.key === LEADER) this.#ledAtMs = press.atMs
    return command
  }
}

/** With a modifier a letter is the same in both cases. */
function nameOf(key: string): string {
  return key.length === 1 ? key.toUpperCase() : key
}
