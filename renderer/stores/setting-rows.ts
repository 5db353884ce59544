/** Every row of the settings: its group, its control, where its value is kept. The pages are drawn from this table and searched by it. */
import { PREFERENCES, type PreferenceName } from '../../server/contracts/preferences.ts'

export const SETTING_GROUPS = [
  'profile',
  'posting',
  'reading',
  'notifications',
  'appearance',
  'keys',
  'privacy',
  'devices',
  'address',
  'storage',
  'backups',
  'updates',
  'startup',
  'advanced',
  'about',
] as const
export type SettingGroup = (typeof SETTING_GROUPS)[number]

/** The first group of those about the home and not about the person. */
export const FIRST_OF_HOME: SettingGroup = 'address'

/** Who keeps a value. */
export type SourceName = 'preferences' | 'account' | 'identity' | 'texts' | 'crawlers'

export type Look =
  | { readonly kind: 'switch' }
  | { readonly kind: 'choice'; readonly of: readonly (string | number)[] }
  | { readonly kind: 'slider'; readonly least: number; readonly most: number }
  | { readonly kind: 'language' }

interface KeptRow {
  readonly source: SourceName
  /** Of the value, where it is kept. */
  readonly name: string
  readonly look: Look
  readonly usual: unknown
}
/** Leads to a page of its own. */
interface WayRow {
  readonly to: string
}
/** Drawn by a part of its own. */
interface PartRow {
  readonly part: true
}

const kept = (source: SourceName, name: string, look: Look, usual: unknown): KeptRow => ({
  source,
  name,
  look,
  usual,
})
const toggle = (source: SourceName, name: string, usual: boolean): KeptRow =>
  kept(source, name, { kind: 'switch' }, usual)
const choice = (source: SourceName, name: string, of: readonly string[], usual: string): KeptRow =>
  kept(source, name, { kind: 'choice', of }, usual)
const way = (to: string): WayRow => ({ to })
const PART: PartRow = { part: true }

function preference(name: PreferenceName): KeptRow {
  const rule = PREFERENCES[name]
  const look: Look =
    rule.kind === 'choice'
      ? { kind: 'choice', of: rule.of }
      : rule.kind === 'number'
        ? { kind: 'slider', least: rule.least, most: rule.most }
        : { kind: 'switch' }
  return kept('preferences', name, look, rule.usual)
}

/** In the order in which they are shown. */
const TABLE = {
  profile: {
    profile: PART,
    featured_tags: PART,
    discoverable: toggle('account', 'discoverable', true),
    indexable: toggle('account', 'indexable', false),
    hide_follows: toggle('account', 'hide_collections', false),
    bot: toggle('account', 'bot', false),
    shows_follows: toggle('identity', 'showsFollows', false),
    shows_counts: toggle('identity', 'showsCounts', true),
    offers_search: toggle('identity', 'offersSearch', false),
    has_feeds: toggle('identity', 'hasFeeds', true),
    identities: way('/identities'),
  },
  posting: {
    visibility: choice('account', 'privacy', ['public', 'unlisted', 'private'], 'public'),
    post_language: kept('account', 'language', { kind: 'language' }, ''),
    sensitive: toggle('account', 'sensitive', false),
    quote_policy: choice('account', 'quote_policy', ['public', 'followers', 'nobody'], 'public'),
    hold: preference('holdSeconds'),
    alt_text: preference('asksForAltText'),
    emoji: way('/emoji'),
    spelling: PART,
  },
  reading: {
    start_page: preference('startPage'),
    expand_warnings: preference('expandsWarnings'),
    media: preference('showsMedia'),
    autoplay: preference('autoplaysMotion'),
    fold: preference('foldsLongPosts'),
    hide_counts: preference('hidesCounts'),
    filters: way('/filters'),
  },
  notifications: {
    push: PART,
    notice_kinds: PART,
    notification_policy: way('/notifications/requests'),
  },
  appearance: {
    theme: preference('theme'),
    contrast: preference('contrast'),
    text_size: preference('textSize'),
    density: preference('density'),
    motion: preference('motion'),
    locale: preference('locale'),
  },
  keys: { keys: PART },
  privacy: {
    approval: toggle('account', 'locked', false),
    follow_requests: way('/follow-requests'),
    muted: PART,
    blocked: PART,
    blocked_servers: PART,
    block_lists: way('/block-lists'),
    reports: way('/reports'),
    quiet_blocks: toggle('identity', 'keepsBlocksPrivate', false),
    ai_crawlers: toggle('crawlers', 'deniesAiCrawlers', true),
    shows_peers: toggle('texts', 'showsPeers', true),
    shows_blocks: toggle('texts', 'showsDomainBlocks', false),
    secrets: PART,
    aliases: PART,
    move: PART,
  },
  devices: {
    sign_in: way('/sign-in'),
    phone: way('/connect-phone'),
    links: PART,
  },
  address: {
    tunnel: way('/address'),
    address: PART,
  },
  storage: {
    storage: way('/storage'),
  },
  backups: {
    backups: way('/backups'),
    restore: way('/restore'),
    exports: way('/exports'),
    imports: way('/imports'),
  },
  updates: {
    updates: way('/updates'),
  },
  startup: {
    startup: PART,
    keeps_running: PART,
  },
  advanced: {
    knobs: PART,
    tuning: PART,
  },
  about: {
    texts: PART,
    version: PART,
    handbook: way('/handbook'),
    licences: way('/licences'),
  },
} as const satisfies Readonly<Record<SettingGroup, Readonly<Record<string, KeptRow | WayRow | PartRow>>>>

type Table = typeof TABLE
export type RowId = { [Group in SettingGroup]: keyof Table[Group] & string }[SettingGroup]
export type PartId = {
  [Group in SettingGroup]: {
    [Id in keyof Table[Group]]: Table[Group][Id] extends PartRow ? Id & string : never
  }[keyof Table[Group]]
}[SettingGroup]

export type SettingRow = { readonly id: RowId; readonly group: SettingGroup } & (
  | ({ readonly kind: 'kept' } & KeptRow)
  | ({ readonly kind: 'way' } & WayRow)
  | { readonly kind: 'part'; readonly id: PartId }
)

export const SETTING_ROWS: readonly SettingRow[] = SETTING_GROUPS.flatMap((group) =>
  Object.entries(TABLE[group] as Readonly<Record<string, KeptRow | WayRow | PartRow>>).map(([id, row]) =>
    rowOf(group, id as RowId, row),
  ),
)

function rowOf(group: SettingGroup, id: RowId, row: KeptRow | WayRow | PartRow): SettingRow {
  if ('part' in row) return { kind: 'part', id: id as PartId, group }
  return 'to' in row ? { kind: 'way', id, group, ...row } : { kind: 'kept', id, group, ...row }
}

/** The desktop app shows notifications itself and is known to the system for its links; a browser has no choice of the rest. */
const IN_BROWSER: ReadonlySet<RowId> = new Set<RowId>(['push', 'links'])
const IN_DESKTOP_APP: ReadonlySet<RowId> = new Set<RowId>(['spelling', 'secrets', 'keeps_running'])

/** Those that say something where the window is open. */
export const rowsHere = (isInDesktopApp: boolean): readonly SettingRow[] =>
  SETTING_ROWS.filter(({ id }) => !(isInDesktopApp ? IN_BROWSER : IN_DESKTOP_APP).has(id))

export const isSettingGroup = (name: string): name is SettingGroup =>
  (SETTING_GROUPS as readonly string[]).includes(name)

/** The own link of a row. */
export const pathOfRow = (row: Pick<SettingRow, 'id' | 'group'>): string => `/settings/${row.group}#${row.id}`
