/** Change and tell in one transaction: NOTIFY is delivered at commit, so nobody is woken for a ghost. */
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { HomebirdError } from '../core/errors.ts'
import type { Database, Querier, Transaction } from './pool.ts'

/** Channels of NOTIFY; `db/listen` subscribes to them. */
export type Channel =
  /** Payload: name of a graph with rows to look at. */
  | 'stator'
  /** Payload: `actorId` of an identity, a space, and JSON of a contracts/stream-event. */
  | 'stream'
  /** Payload: what changed (`settings`, `domains`, `domain_blocks`, `blocks`, `sessions`, `keys`, `filters`, `edges`, `markers`, `clean_up`); caches of it are dropped. */
  | 'changed'
  /** Payload: id of an upload that is settled. */
  | 'uploads'
  /** Payload: JSON of what a cache in the memory of another process is to forget; see `storage/caches/locmem-cache`. */
  | 'caches'
  /** Payload: a word of the change, then tags of what public answers show of it; triggers of the tables tell it. */
  | 'answers'

export async function notify(db: Querier, channel: Channel, payload: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(db)
}

/** Tells the workers that rows of this graph may be due. Identical payloads of one transaction arrive once. */
export async function wakeWorker(db: Querier, graph: string): Promise<void> {
  await notify(db, 'stator', graph)
}

/**
 * Runs `work` in one transaction. It is tried again, twice at most, after the breach of a key: what it looked for was made
 * or taken away by another in between, and a second look sees that. After a serialization failure or deadlock it is
 * tried again four times at most, each after a moment of chance: those who stood in each other's way shall not meet again.
 */
export async function inTransaction<T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute(work)
    } catch (error) {
      const state = sqlState(error) ?? ''
      if (attempt >= (ATTEMPTS[state] ?? 1)) throw error
      if (COLLISIONS.has(state)) await pause(Math.random() * PAUSE_MS * attempt)
    }
  }
}

/** Serialization failure, deadlock. */
const COLLISIONS: ReadonlySet<string> = new Set(['40001', '40P01'])
/** By SQLSTATE; the last two are breaches of a foreign key and of a unique one. */
const ATTEMPTS: Readonly<Record<string, number>> = { '40001': 5, '40P01': 5, '23503': 3, '23505': 3 }
const PAUSE_MS = 40

/** SQLSTATE of a database error, or undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined
}

export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === '23505'
}

/** The disk of the database is full, or the quota of its user. */
export function isDiskFull(error: unknown): boolean {
  return sqlState(error) === '53100'
}

/** Whoever runs the database has set it so, or it is a replica. */
export function isReadOnly(error: unknown): boolean {
  return sqlState(error) === '25006'
}

/** Terminated by an administrator, terminated by a crash, not ready yet; class 08 are connection exceptions. */
const AWAY_STATES = /^(57P01|57P02|57P03|08...)$/
const SOCKET_CODES = /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT)$/
const SOCKET_CALLS = /^(connect|read|write)$/
/** What the driver says without a code when its connection falls or none can be had. */
const AWAY_MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/

/** Whether the database was not there: that says nothing about the statement, which may be sent again. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof HomebirdError) return false
  const code = 'code' in error ? String(error.code) : ''
  if ('severity' in error) return AWAY_STATES.test(code)
  if ('syscall' in error) return SOCKET_CODES.test(code) && SOCKET_CALLS.test(String(error.syscall))
  return AWAY_MESSAGES.test(error.message)
}
