/** Which cell of a row says what: by the names in the first row, or by place where there are none. */
import { IMPORT_KINDS, type ImportKind } from '../../contracts/import.ts'

export type Column =
  | 'account'
  | 'domain'
  | 'uri'
  | 'list'
  | 'showsBoosts'
  | 'notifies'
  | 'languages'
  | 'hidesNotifications'
  | 'severity'

export type CsvKind = Exclude<ImportKind, 'filters'>

/** As they are compared: lower case, letters only. */
const NAMES: Readonly<Record<string, Column>> = {
  accountaddress: 'account',
  account: 'account',
  acct: 'account',
  handle: 'account',
  address: 'account',
  domain: 'domain',
  uri: 'uri',
  url: 'uri',
  listname: 'list',
  list: 'list',
  showboosts: 'showsBoosts',
  notifyonnewposts: 'notifies',
  languages: 'languages',
  hidenotifications: 'hidesNotifications',
  severity: 'severity',
}

/** Where there is no first row with names; further cells are passed over, as those of Misskey are. */
const BY_PLACE: Readonly<Record<CsvKind, readonly Column[]>> = {
  following: ['account', 'showsBoosts', 'notifies', 'languages'],
  blocks: ['account'],
  mutes: ['account', 'hidesNotifications'],
  domain_blocks: ['domain'],
  bookmarks: ['uri'],
  lists: ['list', 'account'],
}

/** Columns that files of one kind alone have. */
const OWN_COLUMNS: ReadonlyArray<readonly [Column, CsvKind]> = [
  ['list', 'lists'],
  ['hidesNotifications', 'mutes'],
  ['showsBoosts', 'following'],
  ['notifies', 'following'],
  ['domain', 'domain_blocks'],
  ['uri', 'bookmarks'],
]

export const KIND_WORDS: Readonly<Record<ImportKind, string>> = {
  following: 'followed accounts',
  blocks: 'blocked accounts',
  mutes: 'muted accounts',
  domain_blocks: 'blocked domains',
  bookmarks: 'bookmarks',
  lists: 'lists',
  filters: 'filters',
}

/** Names that others use for them: Mastodon, and people. */
const OTHER_NAMES: Readonly<Record<string, ImportKind>> = {
  follows: 'following',
  blocking: 'blocks',
  muting: 'mutes',
  domain_blocking: 'domain_blocks',
  domains: 'domain_blocks',
  custom_filters: 'filters',
}

/** @param name  in any case, with `-` or `_` */
export function findImportKind(name: string): ImportKind | undefined {
  const plain = name.trim().toLowerCase().replaceAll('-', '_')
  return (
    IMPORT_KINDS.find((kind) => kind === plain) ??
    (Object.hasOwn(OTHER_NAMES, plain) ? OTHER_NAMES[plain] : undefined)
  )
}

export type Columns = ReadonlyMap<Column, number>

export type Head =
  | { readonly isHead: false; readonly columns: Columns }
  | { readonly isHead: true; readonly columns: Columns }
  /** The names say that it is something else. */
  | { readonly isHead: true; readonly flaw: string }

/** Reads the first row. */
export function readHead(kind: CsvKind, cells: readonly string[]): Head {
  const byPlace = BY_PLACE[kind]
  const named = cells.map((cell) => NAMES[cell.toLowerCase().replaceAll(/[^a-z]/g, '')])
  const isHead = named[0] !== undefined && !/[@.:]/.test(cells[0] ?? '')
  if (!isHead) return { isHead, columns: new Map(byPlace.map((column, place) => [column, place])) }
  const columns = new Map<Column, number>()
  for (const [place, column] of named.entries()) {
    if (column !== undefined && !columns.has(column)) columns.set(column, place)
  }
  const other = OWN_COLUMNS.find(([column, of]) => columns.has(column) && of !== kind)
  if (other !== undefined && !(kind === 'lists' && columns.has('list'))) {
    return { isHead, flaw: `it says that these are ${KIND_WORDS[other[1]]}, not ${KIND_WORDS[kind]}` }
  }
  const missing = needed(kind).find((column) => !columns.has(column))
  return missing === undefined
    ? { isHead, columns }
    : { isHead, flaw: `it names no column that ${KIND_WORDS[kind]} have` }
}

const needed = (kind: CsvKind): readonly Column[] =>
  kind === 'lists' ? BY_PLACE.lists : BY_PLACE[kind].slice(0, 1)
