/** What the owner prefers, wherever the window is open: every preference with what it may be and what it is at first. */

interface Choice<T extends string | number> {
  readonly kind: 'choice'
  readonly of: readonly T[]
  readonly usual: T
}
interface Toggle {
  readonly kind: 'switch'
  readonly usual: boolean
}
interface Whole {
  readonly kind: 'number'
  readonly least: number
  readonly most: number
  readonly usual: number
}
/** A set of short names. */
interface Names {
  readonly kind: 'names'
  readonly usual: readonly string[]
}

type PreferenceRule = Choice<string> | Choice<number> | Toggle | Whole | Names

const choice = <const T extends string | number>(of: readonly T[], usual: NoInfer<T>): Choice<T> => ({
  kind: 'choice',
  of,
  usual,
})
const toggle = (usual: boolean): Toggle => ({ kind: 'switch', usual })
const whole = (least: number, most: number, usual: number): Whole => ({ kind: 'number', least, most, usual })
const names = (...usual: readonly string[]): Names => ({ kind: 'names', usual })

export const PREFERENCES = {
  /** How long a post is held back after "Post", in seconds; 0 sends at once. */
  holdSeconds: choice([0, 5, 10, 20, 30], 10),
  /** Asked once before a picture goes out without alt text. */
  asksForAltText: toggle(true),
  /** Content warnings are open from the beginning. */
  expandsWarnings: toggle(false),
  /** `default`: what is marked as sensitive is hidden. */
  showsMedia: choice(['default', 'show_all', 'hide_all'], 'default'),
  autoplaysMotion: toggle(false),
  foldsLongPosts: toggle(true),
  hidesCounts: toggle(false),
  startPage: choice(['home', 'notifications', 'mentions', 'local', 'bookmarks'], 'home'),
  theme: choice(['system', 'light', 'dark'], 'system'),
  contrast: choice(['system', 'more'], 'system'),
  /** Of the body, in CSS pixels at the browser's own size of 16. */
  textSize: whole(14, 20, 16),
  density: choice(['comfortable', 'compact'], 'comfortable'),
  /** Of the window's own words; `system`: what the browser asks for. */
  locale: choice(['system', 'en', 'de', 'ar'], 'system'),
  motion: choice(['system', 'reduced'], 'system'),
  /** Kinds of notifications that this computer shows while the window is open. */
  desktopKinds: names('mention', 'follow', 'follow_request', 'emoji_reaction', 'favourite', 'quote'),
  /** Kinds of notifications that are neither in the list nor counted. */
  hiddenKinds: names(),
} as const satisfies Readonly<Record<string, PreferenceRule>>

export type PreferenceName = keyof typeof PREFERENCES

type ValueOf<Rule extends PreferenceRule> =
  Rule extends Choice<infer T>
    ? T
    : Rule extends Toggle
      ? boolean
      : Rule extends Whole
        ? number
        : Rule extends Names
          ? readonly string[]
          : Readonly<Record<string, string>>

export type Preferences = {
  readonly [Name in PreferenceName]: ValueOf<(typeof PREFERENCES)[Name]>
}

/** What is left out stays as it is; null goes back to what it is at first. */
export type PreferencesEdit = { readonly [Name in PreferenceName]?: Preferences[Name] | null }

const NAME = /^[a-z][a-z0-9_.]{0,39}$/i
const MOST_NAMES = 100

export const isPreferenceName = (name: string): name is PreferenceName => Object.hasOwn(PREFERENCES, name)

/** Whether the value is one that the preference may have. */
export function fitsPreference(name: PreferenceName, value: unknown): boolean {
  const rule: PreferenceRule = PREFERENCES[name]
  switch (rule.kind) {
    case 'choice':
      return (rule.of as readonly unknown[]).includes(value)
    case 'switch':
      return typeof value === 'boolean'
    case 'number':
      return Number.isInteger(value) && Number(value) >= rule.least && Number(value) <= rule.most
    case 'names':
      return Array.isArray(value) && value.length <= MOST_NAMES && value.every(isName)
  }
}

const isName = (value: unknown): boolean => typeof value === 'string' && NAME.test(value)

/** Every preference; the usual one where nothing fitting is given. */
export function completePreferences(given: Readonly<Record<string, unknown>>): Preferences {
  const values = Object.entries(PREFERENCES).map(([name, { usual }]) => {
    const value = given[name]
    return [name, fitsPreference(name as PreferenceName, value) ? value : usual]
  })
  return Object.fromEntries(values) as Preferences
}
