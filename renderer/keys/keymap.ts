/** Which key does what, as long as nobody changes it; and the groups of the legend. */

/** Keys are written as they are pressed: `j`, `Enter`, `g h` one after the other, `Mod+K` with Ctrl or ⌘. */
export type Key = string

const DEFAULTS = {
  next: ['j'],
  previous: ['k'],
  open: ['o', 'Enter'],
  back: ['Backspace'],
  newest: ['.'],
  top: ['0'],
  older: ['l'],
  reply: ['r'],
  favourite: ['f'],
  boost: ['b'],
  quote: ['q'],
  bookmark: ['d'],
  profile: ['p'],
  mention: ['m'],
  open_warning: ['x'],
  open_media: ['h'],
  view_media: ['e'],
  translate: ['t'],
  write: ['n', 'c'],
  send: ['Mod+Enter'],
  search: ['s', '/', 'Mod+K'],
  close: ['Esc'],
  undo: ['Mod+Z'],
  legend: ['?'],
  other_column: ['F6'],
  column_left: ['ArrowLeft'],
  column_right: ['ArrowRight'],
  go_home: ['g h'],
  go_notifications: ['g n'],
  go_mentions: ['g d'],
  go_local: ['g l'],
  go_federated: ['g t'],
  go_favourites: ['g f'],
  go_bookmarks: ['g b'],
  go_you: ['g u'],
  go_settings: ['g s'],
} as const satisfies Record<string, readonly Key[]>

export type Command = keyof typeof DEFAULTS

export type Bindings = Readonly<Record<Command, readonly Key[]>>

export const DEFAULT_KEYS: Bindings = DEFAULTS

/** In the order of the legend. */
export const KEY_GROUPS = [
  {
    name: 'read',
    commands: [
      'next',
      'previous',
      'open',
      'column_left',
      'column_right',
      'other_column',
      'back',
      'newest',
      'top',
      'older',
    ],
  },
  {
    name: 'post',
    commands: [
      'reply',
      'boost',
      'favourite',
      'quote',
      'bookmark',
      'profile',
      'mention',
      'open_warning',
      'open_media',
      'view_media',
      'translate',
    ],
  },
  { name: 'window', commands: ['write', 'send', 'search', 'undo', 'close', 'legend'] },
  {
    name: 'go',
    commands: [
      'go_home',
      'go_notifications',
      'go_mentions',
      'go_local',
      'go_federated',
      'go_favourites',
      'go_bookmarks',
      'go_you',
      'go_settings',
    ],
  },
] as const satisfies readonly { readonly name: string; readonly commands: readonly Command[] }[]

/** First key of two that are pressed one after the other. */
export const LEADER = 'g'

/** No letters: nobody types or says them when they mean something else. */
const MOVES: ReadonlySet<Key> = new Set(['Esc', 'F6', 'ArrowLeft', 'ArrowRight'])

/**
 * True for what fires without Ctrl or ⌘ and neither moves nor leads out: only these can be changed or switched off. Sending,
 * searching by Ctrl K, Esc, F6 and the arrows stay, for they never come while somebody only wants to write.
 */
export function isPlainKey(key: Key): boolean {
  return !key.startsWith('Mod+') && !MOVES.has(key)
}
