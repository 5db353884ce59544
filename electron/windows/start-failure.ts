/** What a failed start is about, as far as a person can do something about it. */

export type FailureKind =
  | 'database'
  | 'database_away'
  | 'port'
  | 'newer'
  | 'locked'
  | 'full'
  | 'copy_full'
  | 'folder'
  | 'setting'
  | 'sealed'
  | 'schema'
  | 'copy_damaged'
  | 'server_loop'
  | 'database_loop'
  | 'restore'
  | 'other'

export interface StartFailure {
  readonly kind: FailureKind
  /** Values of the sentence. */
  readonly values: Readonly<Record<string, string | number>>
  /** The line of the program itself, with its causes. */
  readonly technical: string
}

const KINDS: Readonly<Record<string, FailureKind>> = {
  DATABASE_UNREACHABLE: 'database',
  DATABASE_UNSUITABLE: 'database',
  PORT_TAKEN: 'port',
  SCHEMA_NEWER: 'newer',
  DATA_DIR_LOCKED: 'locked',
  STORAGE_FULL: 'full',
  DATA_DIR_UNUSABLE: 'folder',
  SETTING_INVALID: 'setting',
  CONNECTION_BUDGET: 'setting',
  SECRETS_SEALED: 'sealed',
  MIGRATION_FAILED: 'schema',
  // Of what a start asks for, only a copy is looked up and read as a document.
  NOT_FOUND: 'copy_damaged',
  DOCUMENT_INVALID: 'copy_damaged',
}

/** What the system says when a disk has no room, whichever part hears it first. */
const NO_ROOM = /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded|database or disk is full/i
const LONGEST_LINE = 2_000

/** @param isDatabaseElsewhere  the database is another machine's or service's, so that nothing here can mend it */
export function failureOf(error: unknown, isDatabaseElsewhere = false): StartFailure {
  const technical = wholeStory(error)
  const code = codeOf(error)
  const values = valuesOf(error, technical)
  const known = NO_ROOM.test(technical) ? 'full' : (KINDS[code] ?? 'other')
  const kind = known === 'full' && 'neededBytes' in values ? 'copy_full' : known
  return {
    kind: kind === 'database' && isDatabaseElsewhere ? 'database_away' : kind,
    values,
    technical,
  }
}

/** A backup that could not be put in the place of the home, which is as it was. */
export function restoreFailure(error: unknown): StartFailure {
  return { kind: 'restore', values: {}, technical: wholeStory(error) }
}

/** A part that ends again and again while the home runs. */
export function loopOf(part: string, technical: string): StartFailure {
  return {
    kind: part === 'database' ? 'database_loop' : 'server_loop',
    values: {},
    technical: technical.slice(0, LONGEST_LINE),
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function wholeStory(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, LONGEST_LINE)
  const code = codeOf(error)
  const own = code === '' ? error.message : `${code}: ${error.message}`
  const story = error.cause === undefined ? own : `${own}; because ${wholeStory(error.cause)}`
  return story.slice(0, LONGEST_LINE)
}

function valuesOf(error: unknown, technical: string): StartFailure['values'] {
  const details = error instanceof Error && 'details' in error ? (error.details as object) : {}
  const values: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(details)) {
    if (typeof value === 'string' || typeof value === 'number') values[name] = value
  }
  const port = /\b(?:\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]|localhost):(\d+)/i.exec(technical)?.[1]
  return { port: port ?? 'none', ...values }
}
