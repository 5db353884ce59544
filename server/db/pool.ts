/** Opens the pool of one process. Everything above takes `Database` or `Transaction`, never a driver's object. */
import { Kysely, type Transaction as KyselyTransaction, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { DatabaseConnection } from '../contracts/child-message.ts'
import type { Logger } from '../core/log.ts'
import type { Tracer } from '../core/tracer.ts'
import { clientConfig, noticeLoss } from './connection.ts'
import { preparingPool } from './prepared.ts'
import { SilenceGuard } from './silent-statement.ts'
import type { Tables } from './tables.ts'

export type Database = Kysely<Tables>
export type Transaction = KyselyTransaction<Tables>
/** What reads take: they are as good inside a transaction as outside. */
export type Querier = Database | Transaction

/** Of this process, now. */
export interface PoolCounts {
  readonly statements: number
  readonly connections: number
  readonly idle: number
  /** Callers that wait for a connection. */
  readonly waiting: number
}

export interface OpenDatabase extends AsyncDisposable {
  readonly db: Database
  /** Statements sent since the pool opened; read by tests that hold a page to its number of statements. */
  statementCount(): number
  counts(): PoolCounts
  /** Idle connections are made anew, which happens by itself when the start is over: the database gives back what it kept for them. */
  renew(): void
  close(): Promise<void>
}

interface PoolOptions {
  /** Most connections this process may hold. */
  readonly connections: number
  /** Shown in `pg_stat_activity`, such as `homebird worker`. */
  readonly applicationName: string
  readonly log: Logger
  /** How long a statement may go without an answer before its connection is given up. */
  readonly silenceMs?: number
  /** Left out where nobody looks on. */
  readonly tracer?: Tracer | null
}

const IDLE_MS = 10_000
/**
 * A process of the database keeps what it knows of every table that it has read, and gives no piece of its memory back: after the
 * start 9 MB of 14 are such pieces. A new one has 5.
 */
const RENEWED_AFTER_START_MS = 8_000
const RENEWED_AFTER_SECONDS = 900
/** The database ends a statement after 30 s; an end that has not come by then will not come. */
const SILENCE_MS = 33_000
const IDLE_IN_TRANSACTION_MS = 30_000

/** @throws nothing: connections are made when they are needed, and a broken one is replaced */
export function openDatabase(connection: DatabaseConnection, options: PoolOptions): OpenDatabase {
  // The pool waits for it, though its types do not say so.
  const greeting = { onConnect: async (client: pg.ClientBase) => noticeLoss(client, connection) }
  const pool = new pg.Pool({
    ...clientConfig(connection, { applicationName: options.applicationName }),
    max: options.connections,
    // A burst opens connections of 2 MB each; one stays, so that whoever comes next does not wait for a new one.
    min: 1,
    idleTimeoutMillis: IDLE_MS,
    maxLifetimeSeconds: RENEWED_AFTER_SECONDS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    ...greeting,
  })
  pool.on('error', (error) => options.log.warn({ event: 'database.connection_lost', error }))
  // A connection that falls between two statements of a transaction tells nobody else; unheard it would end the process.
  pool.on('connect', (client) => {
    client.on('error', (error) => options.log.debug({ event: 'database.connection_error', error }))
  })
  keepOne(pool)
  const renewal = setTimeout(() => renewIdle(pool), RENEWED_AFTER_START_MS).unref()
  let statements = 0
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool: preparingPool(pool, new SilenceGuard(options.silenceMs ?? SILENCE_MS), options.tracer ?? null),
    }),
    log(event) {
      if (event.level === 'query') statements += 1
    },
  })
  const close = async (): Promise<void> => {
    clearTimeout(renewal)
    await db.destroy()
  }
  return {
    db,
    statementCount: () => statements,
    counts: () => ({
      statements,
      connections: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    renew: () => renewIdle(pool),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Where the last one ends because it is old, another takes its place at once. */
function keepOne(pool: pg.Pool): void {
  pool.on('remove', () => {
    if (pool.totalCount > 0 || pool.ending) return
    pool.connect().then(
      (client) => client.release(),
      () => undefined, // the database is away: whoever wants a connection next is told
    )
  })
}

function renewIdle(pool: pg.Pool): void {
  for (let idle = pool.idleCount; idle > 0; idle -= 1) {
    pool.connect().then(
      (client) => client.release(true),
      () => undefined, // it has ended by itself meanwhile
    )
  }
}
