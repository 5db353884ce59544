/**
 * `cache/index.sqlite`: what lies in the file caches, and what all caches counted. It may be lost at any time: one that is broken is
 * thrown away, one that vanished is made anew, and what it said is gathered from the cache folders again.
 */
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'
import type { Logger } from '../../core/log.ts'

/** Raise it with every change of the tables: an index of another version is thrown away. */
const VERSION = 2
/** Other processes hold the lock for a few milliseconds; this process does nothing else meanwhile. */
const BUSY_MS = 250
const LOOK_EVERY_MS = 1_000
const REST_MS = 1_000
const BROKEN = /^SQLITE_(?:CORRUPT|NOTADB|IOERR|READONLY|ERROR)/u

const SCHEMA = `
  create table item (
    cache text not null, bucket blob not null, key text not null, digest blob not null, size integer not null,
    type text not null, etag text not null, note text not null, stored_at integer not null,
    used_at integer not null, expires_at integer, source text,
    primary key (cache, bucket)
  ) without rowid;
  create index item_by_use on item (cache, used_at);
  create index item_by_digest on item (cache, digest);
  create index item_by_source on item (cache, source, used_at, size) where source is not null;
  create index item_by_expiry on item (cache, expires_at) where expires_at is not null;
  create table content (
    cache text not null, digest blob not null, size integer not null, primary key (cache, digest)
  ) without rowid;
  create table total (cache text primary key, bytes integer not null, items integer not null) without rowid;
  create table chore (cache text, name text, due_at integer not null, primary key (cache, name)) without rowid;
  create table count (
    cache text primary key, hits integer not null, misses integer not null, evictions integer not null,
    bytes_saved integer not null, since integer not null
  ) without rowid;
  create table gauge (
    cache text not null, process text not null, bytes integer not null, items integer not null, at integer not null,
    primary key (cache, process)
  ) without rowid;`

export interface IndexFileOptions {
  readonly path: string
  readonly log: Logger
  /** Milliseconds that only ever grow. */
  readonly monotonicMs: () => number
}

interface Opened {
  readonly database: Sqlite.Database
  readonly inode: bigint
  readonly statements: IndexStatements
}

export class IndexFile {
  readonly path: string
  readonly #options: IndexFileOptions
  #opened: Opened | null = null
  #lookedAtMs = 0
  #isClosed = false
  #isWell = true
  #restUntilMs = Number.NEGATIVE_INFINITY
  /** Changes whenever the file is another one. */
  generation = 0

  constructor(options: IndexFileOptions) {
    this.#options = options
    this.path = options.path
  }

  exists(): boolean {
    return existsSync(this.path)
  }

  /**
   * Runs statements on the index. Null where it cannot be had now, was broken (it is thrown away then) or is held by another.
   * @param mayMake  false leaves a missing index missing
   */
  use<T>(work: (index: IndexStatements) => T, mayMake = true): T | null {
    try {
      const opened = this.#open(mayMake)
      if (opened === null) return null
      const result = work(opened.statements)
      this.#isWell = true
      return result
    } catch (error) {
      this.#settle(error)
      return null
    }
  }

  /** As `use`, in a transaction that one process at a time can hold. */
  change<T>(work: (index: IndexStatements) => T, mayMake = true): T | null {
    return this.use((index) => index.transaction(() => work(index)), mayMake)
  }

  /** To be called when something is not where the index says: perhaps it is not the file of that name any more. */
  doubt(): void {
    this.#lookedAtMs = Number.NEGATIVE_INFINITY
  }

  close(): void {
    this.#isClosed = true
    this.#let()
  }

  #open(mayMake: boolean): Opened | null {
    if (this.#isClosed || this.#options.monotonicMs() < this.#restUntilMs) return null
    if (this.#opened !== null && this.#isStillThere(this.#opened)) return this.#opened
    this.#let()
    if (!mayMake && !this.exists()) return null
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 })
    this.#opened = openDatabase(this.path)
    this.generation += 1
    this.#lookedAtMs = this.#options.monotonicMs()
    return this.#opened
  }

  /** Looked at once a second: a file that was removed goes on to exist for those who have it open. */
  #isStillThere({ inode }: Opened): boolean {
    const nowMs = this.#options.monotonicMs()
    if (nowMs - this.#lookedAtMs < LOOK_EVERY_MS) return true
    this.#lookedAtMs = nowMs
    return inodeOf(this.path) === inode
  }

  /** An index that is busy or has no room is asked again at the next occasion, any other failure rests for a second. */
  #settle(error: unknown): void {
    const code = codeOf(error)
    if (code === '') throw error
    if (/^SQLITE_(?:BUSY|FULL)/u.test(code)) return
    const { path, log, monotonicMs } = this.#options
    const inode = this.#opened?.inode
    this.#let()
    this.#restUntilMs = monotonicMs() + REST_MS
    // Another process may have thrown it away already; the new one is not ours to remove.
    if (BROKEN.test(code) && (inode === undefined || inodeOf(path) === inode)) removeIndex(path)
    if (!this.#isWell) return
    this.#isWell = false
    log.warn({ event: 'cache.index_lost', path, error })
  }

  #let(): void {
    try {
      this.#opened?.database.close()
    } catch {
      // what is broken may fail to close
    }
    this.#opened = null
  }
}

/** Statements are prepared once for each opening of the file. */
export class IndexStatements {
  readonly #database: Sqlite.Database
  readonly #prepared = new Map<string, Sqlite.Statement>()

  constructor(database: Sqlite.Database) {
    this.#database = database
  }

  transaction<T>(work: () => T): T {
    return this.#database.transaction(work).immediate()
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what a row holds is known where its statement stands
  get<Row>(sql: string, ...values: unknown[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined
  }

  all<Row>(sql: string, ...values: unknown[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[]
  }

  /** @returns how many rows changed */
  run(sql: string, ...values: unknown[]): number {
    return this.#prepare(sql).run(...values).changes
  }

  #prepare(sql: string): Sqlite.Statement {
    let statement = this.#prepared.get(sql)
    if (statement === undefined) this.#prepared.set(sql, (statement = this.#database.prepare(sql)))
    return statement
  }
}

function openDatabase(path: string): Opened {
  const database = new Sqlite(path, { timeout: BUSY_MS })
  try {
    database.pragma('journal_mode = wal')
    // What a power failure takes is gathered again from the folders.
    database.pragma('synchronous = off')
    database.pragma('cache_size = -2048')
    const make = database.transaction(() => {
      const version = Number(database.pragma('user_version', { simple: true }))
      if (version === VERSION) return
      if (version !== 0)
        throw Object.assign(new Error(`index of version ${version}`), { code: 'SQLITE_NOTADB' })
      database.exec(SCHEMA)
      database.pragma(`user_version = ${VERSION}`)
    })
    make.immediate()
    return { database, inode: inodeOf(path) ?? 0n, statements: new IndexStatements(database) }
  } catch (error) {
    database.close()
    throw error
  }
}

function removeIndex(path: string): void {
  try {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
  } catch {
    // held or not ours to remove: there is no index then, and all is a miss
  }
}

function inodeOf(path: string): bigint | null {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? null
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''
