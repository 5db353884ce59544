/**
 * `appliance.sqlite`: settings, journal and metrics history of the appliance. It can be read while PostgreSQL is
 * down, which is when it is needed most.
 */
import { chmodSync, existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { KeeperOutcome } from '../contracts/keeping.ts'
import type { JournalLine } from '../contracts/logs.ts'
import type { DataDir } from '../core/data-dir.ts'
import { HomebirdError } from '../core/errors.ts'
import { PLAIN_BOX, type SecretBox, isSealed } from '../core/secret-box.ts'
import type { Setting } from '../core/setting.ts'
import { SETTINGS, type SettingName } from '../core/settings.ts'
import { parseSetting } from '../core/setting-types.ts'

const SCHEMA_VERSION = 4
/** What brings a store from the version before to the next; never changed, only added to. */
const STEPS: readonly string[] = [
  `
  create table setting (name text primary key, value text not null, changed_at text not null) strict, without rowid;
  create table journal (
    id integer primary key,
    at text not null,
    level text not null,
    part text not null,
    message text not null
  ) strict;
  create table metric (
    name text not null,
    at integer not null, -- seconds since 1970
    value real not null,
    primary key (name, at)
  ) strict, without rowid;
`,
  `
  create table keeper_outcome (
    id integer primary key,
    task text not null,
    result text not null,
    started_at text not null,
    ended_at text not null,
    subject text,
    message text
  ) strict;
`,
  'alter table keeper_outcome add column place text',
  'alter table keeper_outcome add column is_thorough integer not null default 0',
  'alter table keeper_outcome add column is_refuted integer',
]

/** Bounds: a sentence is cut, the oldest lines and points go. */
const MAX_JOURNAL_LINES = 5_000
const MAX_MESSAGE_LENGTH = 2_000
const METRIC_DAYS = 31
const MAX_OUTCOMES = 1_000

interface KeptOutcome extends Omit<KeeperOutcome, 'isThorough' | 'isRefuted'> {
  readonly isThorough: number
  readonly isRefuted: number | null
}

export type { JournalLine }

export interface ApplianceStore {
  /**
   * Values as they would be written in the variables; those of settings that no longer exist are left out, and those that are
   * sealed where there is no key to open them.
   */
  settings(): Partial<Record<SettingName, string>>
  /** Checks the value before it is kept. @throws HomebirdError SETTING_INVALID */
  saveSetting(name: SettingName, value: string): void
  /** What is sealed, as it is kept. */
  sealedSettings(): Map<SettingName, string>
  /** From now on secrets are kept and read by this. */
  use(box: SecretBox): void
  /** Brings every secret setting into the form in which secrets are kept now. One transaction. */
  convertSecrets(): void
  /** @returns whether there was a value */
  removeSetting(name: SettingName): boolean
  /** Appends one line; what is older than the newest 5,000 goes. */
  journal(line: Omit<JournalLine, 'at'>): void
  /** The newest lines, oldest first. */
  journalTail(count: number): JournalLine[]
  /** Keeps points of time series for 31 days. */
  recordMetrics(at: Date, values: Readonly<Record<string, number>>): void
  metrics(name: string, since: Date): { readonly at: Date; readonly value: number }[]
  /** How a job of the keeper ended; what is older than the newest 1,000 goes. */
  keepOutcome(outcome: KeeperOutcome): void
  /** Newest first. */
  outcomes(count: number): KeeperOutcome[]
  close(): void
}

/**
 * Opens the store, and makes it when it does not exist.
 * @param mode  `read` never makes or changes the file; it answers from an empty store when there is none
 * @param box  how secret settings are kept
 * @throws HomebirdError DATA_DIR_UNUSABLE when the file is damaged, SCHEMA_NEWER when a newer Homebird wrote it
 */
export function openApplianceStore(
  dir: DataDir,
  mode: 'write' | 'read' = 'write',
  box: SecretBox = PLAIN_BOX,
): ApplianceStore {
  const path = mode === 'read' && !isBegun(dir.applianceDatabase) ? ':memory:' : dir.applianceDatabase
  let database: Database.Database | null = null
  try {
    database = new Database(path, { timeout: 2_000, readonly: mode === 'read' && path !== ':memory:' })
    prepare(database, path, mode)
    return new SqliteStore(database, box)
  } catch (error) {
    database?.close()
    if (error instanceof HomebirdError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new HomebirdError(
      'DATA_DIR_UNUSABLE',
      `${path} cannot be opened: ${reason}; move it away to start with default settings`,
      { cause: error },
    )
  }
}

/**
 * A start that was killed while it made the file leaves one without tables, or one that is to be rolled back first, which no
 * reader may do. @returns whether there is something to read
 */
function isBegun(path: string): boolean {
  if (!existsSync(path)) return false
  for (const readonly of [true, false]) {
    let database: Database.Database | null = null
    try {
      database = new Database(path, { timeout: 2_000, readonly })
      return Number(database.pragma('user_version', { simple: true })) > 0
    } catch {
      // What is to be rolled back is by the second; what is damaged is told by whoever reads it.
    } finally {
      database?.close()
    }
  }
  return true
}

function prepare(database: Database.Database, path: string, mode: 'write' | 'read'): void {
  const version = Number(database.pragma('user_version', { simple: true }))
  if (version > SCHEMA_VERSION) {
    throw new HomebirdError(
      'SCHEMA_NEWER',
      `${path} has version ${version} and this program knows ${SCHEMA_VERSION}; start a newer Homebird`,
    )
  }
  if (mode === 'write') {
    chmodSync(path, 0o600)
    database.pragma('journal_mode = wal')
    database.pragma('synchronous = normal')
  }
  if (version < SCHEMA_VERSION && (mode === 'write' || path === ':memory:')) {
    database.transaction(() => {
      for (const step of STEPS.slice(version)) database.exec(step)
      database.pragma(`user_version = ${SCHEMA_VERSION}`)
    })()
  }
}

const isSecret = (name: SettingName): boolean => (SETTINGS[name] as Setting<unknown>).secret === true

class SqliteStore implements ApplianceStore {
  readonly #database: Database.Database
  #box: SecretBox

  constructor(database: Database.Database, box: SecretBox) {
    this.#database = database
    this.#box = box
  }

  settings(): Partial<Record<SettingName, string>> {
    const readable = this.#rows().filter(({ value }) => !isSealed(value) || this.#box.key !== null)
    return Object.fromEntries(readable.map(({ name, value }) => [name, this.#opened(name, value)]))
  }

  sealedSettings(): Map<SettingName, string> {
    const sealed = this.#rows().filter(({ value }) => isSealed(value))
    return new Map(sealed.map(({ name, value }) => [name, value]))
  }

  use(box: SecretBox): void {
    this.#box = box
  }

  convertSecrets(): void {
    const update = this.#database.prepare('update setting set value = ? where name = ?')
    // What stood there before is overwritten and not left in free pages.
    this.#database.pragma('secure_delete = on')
    this.#database.transaction(() => {
      for (const { name, value } of this.#rows()) {
        if (!isSecret(name) || isSealed(value) === this.#box.isSealing) continue
        update.run(this.#kept(name, this.#opened(name, value)), name)
      }
    })()
    this.#database.pragma('wal_checkpoint(truncate)')
  }

  #rows(): { readonly name: SettingName; readonly value: string }[] {
    const rows = this.#database
      .prepare<[], { name: string; value: string }>('select name, value from setting')
      .all()
    // That of a backup may have been made by anybody: no text is no value.
    return rows.flatMap(({ name, value }) =>
      Object.hasOwn(SETTINGS, name) && typeof value === 'string'
        ? [{ name: name as SettingName, value }]
        : [],
    )
  }

  #kept(name: SettingName, value: string): string {
    return isSecret(name) ? this.#box.seal(`setting:${name}`, Buffer.from(value)).toString() : value
  }

  #opened(name: SettingName, value: string): string {
    return isSealed(value) ? this.#box.open(`setting:${name}`, Buffer.from(value)).toString() : value
  }

  saveSetting(name: SettingName, value: string): void {
    const definition: Setting<unknown> = SETTINGS[name]
    parseSetting(definition.env, definition.type, value, definition.secret === true)
    this.#database
      .prepare('insert or replace into setting values (?, ?, ?)')
      .run(name, this.#kept(name, value), new Date().toISOString())
  }

  removeSetting(name: SettingName): boolean {
    return this.#database.prepare('delete from setting where name = ?').run(name).changes > 0
  }

  journal(line: Omit<JournalLine, 'at'>): void {
    const { lastInsertRowid } = this.#database
      .prepare('insert into journal (at, level, part, message) values (?, ?, ?, ?)')
      .run(new Date().toISOString(), line.level, line.part, line.message.slice(0, MAX_MESSAGE_LENGTH))
    this.#database
      .prepare('delete from journal where id <= ?')
      .run(Number(lastInsertRowid) - MAX_JOURNAL_LINES)
  }

  journalTail(count: number): JournalLine[] {
    return this.#database
      .prepare<[number], JournalLine>('select at, level, part, message from journal order by id desc limit ?')
      .all(count)
      .reverse()
  }

  recordMetrics(at: Date, values: Readonly<Record<string, number>>): void {
    const seconds = Math.floor(at.getTime() / 1_000)
    const insert = this.#database.prepare('insert or replace into metric values (?, ?, ?)')
    const prune = this.#database.prepare('delete from metric where name = ? and at < ?')
    this.#database.transaction(() => {
      for (const [name, value] of Object.entries(values)) {
        insert.run(name, seconds, value)
        prune.run(name, seconds - METRIC_DAYS * 86_400)
      }
    })()
  }

  metrics(name: string, since: Date): { at: Date; value: number }[] {
    return this.#database
      .prepare<[string, number], { at: number; value: number }>(
        'select at, value from metric where name = ? and at >= ? order by at',
      )
      .all(name, Math.floor(since.getTime() / 1_000))
      .map((row) => ({ at: new Date(row.at * 1_000), value: row.value }))
  }

  keepOutcome(outcome: KeeperOutcome): void {
    const { task, result, startedAt, endedAt, subject, message, place = null } = outcome
    const { isThorough = false, isRefuted = null } = outcome
    const { lastInsertRowid } = this.#database
      .prepare(
        `insert into keeper_outcome (task, result, started_at, ended_at, subject, message, place, is_thorough, is_refuted)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        task,
        result,
        startedAt,
        endedAt,
        subject,
        message?.slice(0, MAX_MESSAGE_LENGTH) ?? null,
        place,
        isThorough ? 1 : 0,
        isRefuted === null ? null : Number(isRefuted),
      )
    this.#database
      .prepare('delete from keeper_outcome where id <= ?')
      .run(Number(lastInsertRowid) - MAX_OUTCOMES)
  }

  outcomes(count: number): KeeperOutcome[] {
    // A store that is only read is not brought up to date.
    const version = Number(this.#database.pragma('user_version', { simple: true }))
    if (version < 3) return []
    return this.#database
      .prepare<[number], KeptOutcome>(
        `select task, result, started_at as startedAt, ended_at as endedAt, subject, message, place,
                ${version < 4 ? '0' : 'is_thorough'} as isThorough,
                ${version < 5 ? 'null' : 'is_refuted'} as isRefuted
           from keeper_outcome order by id desc limit ?`,
      )
      .all(count)
      .map(({ isThorough, isRefuted, ...outcome }) =>
        Object.assign(
          outcome,
          isThorough === 1 ? { isThorough: true } : {},
          isRefuted === null ? {} : { isRefuted: isRefuted === 1 },
        ),
      )
  }

  close(): void {
    this.#database.close()
  }
}
