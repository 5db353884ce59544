/** Which key does what. Letters never fire while somebody types or holds a modifier. */

export type Command =
  | 'next'
  | 'previous'
  | 'reply'
  | 'favourite'
  | 'boost'
  | 'open_warning'
  | 'open_media'
  | 'profile'
  | 'write'
  | 'search'
  | 'newest'
  | 'top'
  | 'older'
  | 'close'
  | 'legend'
  | 'go_home'
  | 'go_you'
  | 'send'

export interface KeyPress {
  /** As `KeyboardEvent.key`. */
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  /** Characters go into a field. */
  readonly isTyping: boolean
}

const LETTERS: Readonly<Record<string, Command>> = {
  j: 'next',
  k: 'previous',
  r: 'reply',
  f: 'favourite',
  b: 'boost',
  x: 'open_warning',
  h: 'open_media',
  p: 'profile',
  n: 'write',
  c: 'write',
  s: 'search',
  '/': 'search',
  '.': 'newest',
  '0': 'top',
  l: 'older',
  '?': 'legend',
}

const AFTER_G: Readonly<Record<string, Command>> = { h: 'go_home', u: 'go_you' }

/** The second key of `g h` comes within this time. */
const SEQUENCE_MS = 1_500

/** In the order of the legend. */
export const LEGEND: readonly { readonly keys: readonly string[]; readonly command: Command }[] = [
  { keys: ['j'], command: 'next' },
  { keys: ['k'], command: 'previous' },
  { keys: ['r'], command: 'reply' },
  { keys: ['f'], command: 'favourite' },
  { keys: ['b'], command: 'boost' },
  { keys: ['x'], command: 'open_warning' },
  { keys: ['h'], command: 'open_media' },
  { keys: ['p'], command: 'profile' },
  { keys: ['n', 'c'], command: 'write' },
  { keys: ['s', '/', 'Ctrl K'], command: 'search' },
  { keys: ['.'], command: 'newest' },
  { keys: ['0'], command: 'top' },
  { keys: ['l'], command: 'older' },
  { keys: ['g h'], command: 'go_home' },
  { keys: ['g u'], command: 'go_you' },
  { keys: ['Ctrl Enter'], command: 'send' },
  { keys: ['Esc'], command: 'close' },
  { keys: ['?'], command: 'legend' },
]

export class KeyReader {
  readonly #nowMs: () => number
  #gAtMs = Number.NEGATIVE_INFINITY

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** The command of a key press, or null for one that is not ours. */
  read(press: KeyPress): Command | null {
    const hasModifier = press.ctrlKey || press.metaKey
    if (press.key === 'Escape') return 'close'
    if (hasModifier && !press.altKey) {
      if (press.key === 'Enter') return 'send'
      return press.key.toLowerCase() === 'k' ? 'search' : null
    }
    if (press.isTyping || hasModifier || press.altKey) return null
    return this.#readLetter(press.key)
  }

  #readLetter(key: string): Command | null {
    const isSequence = this.#nowMs() - this.#gAtMs < SEQUENCE_MS
    this.#gAtMs = key === 'g' && !isSequence ? this.#nowMs() : Number.NEGATIVE_INFINITY
    if (isSequence) return AFTER_G[key] ?? null
    return LETTERS[key] ?? null
  }
}
