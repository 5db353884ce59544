/**
 * The shape of a database connection: from the URL of an external database, to the driver's configuration. The
 * supervisor uses this file too, so it stays free of pools, queries and everything that knows tables.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Client, type ClientConfig } from 'pg'
import type { DatabaseConnection } from '../contracts/child-message.ts'
import { HomebirdError } from '../core/errors.ts'

/** Limits of rule 108. */
const CONNECT_MS = 3_000
const STATEMENT_MS = 30_000
const LOCK_MS = 5_000
const KEEP_ALIVE_AFTER_MS = 10_000
/** For an answer on a session: the database itself gives up before that. */
const SILENCE_MS = STATEMENT_MS + 5_000
/** For a session that is closed. */
const GOODBYE_MS = 1_000

/** Names as libpq knows them; those that ask for more than is offered here are read as the stricter one. */
const SSL_MODES: Readonly<Record<string, DatabaseConnection['ssl']>> = {
  disable: 'disable',
  allow: 'prefer',
  prefer: 'prefer',
  require: 'require',
  'no-verify': 'require',
  'verify-ca': 'verify-full',
  'verify-full': 'verify-full',
}

const KNOWN_PARAMETERS = new Set([
  'host',
  'port',
  'user',
  'password',
  'dbname',
  'sslmode',
  'connect_timeout',
  'application_name',
])

/**
 * Reads `postgresql://user:password@host:port/database?sslmode=…`. A socket folder is given as `?host=/folder` or as
 * a percent-encoded host. Without `sslmode` TLS is preferred, and not used on a socket.
 * @throws HomebirdError SETTING_INVALID; the message never holds the password
 * @see PostgreSQL manual 32.1.1.2, connection URIs
 */
export function parseDatabaseUrl(raw: string): DatabaseConnection {
  const url = readUrl(raw)
  for (const name of url.searchParams.keys()) {
    if (!KNOWN_PARAMETERS.has(name)) refuse(`its parameter ${name} is not known here; remove it`)
  }
  const parameter = (name: string): string | null => url.searchParams.get(name)
  const host = parameter('host') ?? (decode(url.hostname).replace(/^\[(.+)\]$/, '$1') || 'localhost')
  if (host.includes(',')) refuse('it names several hosts; name the one that accepts writes')
  const port = Number(parameter('port') ?? (url.port === '' ? '5432' : url.port))
  if (!Number.isInteger(port) || port < 1 || port > 65_535) refuse('its port must lie between 1 and 65535')
  const user = parameter('user') ?? decode(url.username)
  if (user === '') refuse('it names no user; write postgresql://user:password@host/database')
  const database = parameter('dbname') ?? (decode(url.pathname.slice(1)) || user)
  const password = parameter('password') ?? decode(url.password)
  return {
    host,
    port,
    user,
    password,
    database,
    ssl: host.startsWith('/') ? 'disable' : readSslMode(parameter('sslmode')),
  }
}

function readSslMode(name: string | null): DatabaseConnection['ssl'] {
  const mode = SSL_MODES[name ?? 'prefer']
  return (
    mode ??
    refuse(`its sslmode is ${JSON.stringify(name)} and must be one of ${Object.keys(SSL_MODES).join(', ')}`)
  )
}

function readUrl(raw: string): URL {
  // An authority that is only a port or empty (a socket by `?host=`) is valid for libpq and not for the URL parser.
  const filled = raw.replace(/^(postgres(?:ql)?:\/\/(?:[^/?#@]*@)?)(?=[:/?#]|$)/, '$1localhost')
  if (!URL.canParse(filled)) refuse('it is not a URL; write postgresql://user:password@host/database')
  const url = new URL(filled)
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    refuse(`its scheme is ${url.protocol} and must be postgresql:`)
  return url
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return refuse('it holds a % that is not followed by two hexadecimal digits; write %25 for a percent sign')
  }
}

function refuse(why: string): never {
  throw new HomebirdError('SETTING_INVALID', `the address of the database is refused: ${why}`)
}

/** Where the connection leads, without user and password: for messages. */
export function describeConnection(connection: DatabaseConnection): string {
  return `${connection.host}:${connection.port}/${connection.database}`
}

/** Of the connections of a part of the home, as `pg_stat_activity` shows it. */
export const connectionNameOf = (part: string): string => `homebird ${part}`

interface ClientOptions {
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string
  /** 0 for none: migrations and LISTEN. */
  readonly statementTimeoutMs?: number
  readonly lockTimeoutMs?: number
  /** 3,000 where none is given. */
  readonly connectTimeoutMs?: number
}

/**
 * The driver's configuration, with the time-outs of rule 108: connect 3 s, statement 30 s, lock 5 s. A `prefer` that
 * was not settled before (`settleSsl`) means no TLS, as libpq would end up with against a server without it.
 */
export function clientConfig(connection: DatabaseConnection, options: ClientOptions = {}): ClientConfig {
  const { host, port, user, password, database } = connection
  return {
    host,
    port,
    user,
    password,
    database,
    ssl: tlsOptions(connection.ssl),
    application_name: options.applicationName ?? 'homebird',
    connectionTimeoutMillis: options.connectTimeoutMs ?? CONNECT_MS,
    statement_timeout: options.statementTimeoutMs ?? STATEMENT_MS,
    lock_timeout: options.lockTimeoutMs ?? LOCK_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
  }
}

function tlsOptions(mode: DatabaseConnection['ssl']): false | { rejectUnauthorized: boolean } {
  if (mode === 'disable' || mode === 'prefer') return false
  return { rejectUnauthorized: mode === 'verify-full' }
}

/**
 * A machine that loses its power or its line says no word, and by the ways of most systems its sessions would stand for two hours with
 * their places, locks and transactions: the server looks by itself, and lets go of them within half a minute. Setting names are the
 * server's; within one machine, over a socket, there is nothing to look for, nor where the home's own database has none.
 */
const NOTICE_LOSS = {
  text: `
  select set_config('tcp_keepalives_idle', '15', false), set_config('tcp_keepalives_interval', '5', false),
         set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '30000', false)`,
  query_timeout: CONNECT_MS,
}

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/

/** To be called once on each new connection. @throws the driver's errors, as they are */
export async function noticeLoss(client: Pick<Client, 'query'>, { host }: DatabaseConnection): Promise<void> {
  const isHere = host.startsWith('/') || (process.platform === 'win32' && LOOPBACK.test(host))
  if (!isHere) await client.query(NOTICE_LOSS)
}

/** Runs `use` on one fresh connection and closes it. @throws the driver's errors, as they are */
export async function withClient<T>(
  connection: DatabaseConnection,
  use: (client: Client) => Promise<T>,
  options: ClientOptions = {},
): Promise<T> {
  const client = new Client(clientConfig(connection, options))
  // An error between two queries has no other listener; the query that follows fails with it.
  client.on('error', () => undefined)
  try {
    await client.connect()
    await noticeLoss(client, connection)
    return await use(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** One connection that stays. */
export interface Session {
  /** It is gone, by whoever's doing. */
  readonly isEnded: boolean
  /** Fails too where no answer comes: then the line is dead, though nobody has said so. */
  query<R extends Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]>
  /** A question that has no answer yet fails with it. */
  close(): Promise<void>
}

interface SessionOptions extends Pick<ClientOptions, 'applicationName'> {
  /** 35,000 where none is given. */
  readonly silenceMs?: number | undefined
}

/** @throws the driver's errors, as they are */
export async function openSession(
  connection: DatabaseConnection,
  { silenceMs = SILENCE_MS, ...options }: SessionOptions,
): Promise<Session> {
  const client = new Client({ ...clientConfig(connection, options), query_timeout: silenceMs })
  let isEnded = false
  client.on('error', () => (isEnded = true))
  client.on('end', () => (isEnded = true))
  await client.connect()
  await noticeLoss(client, connection).catch(async (error: unknown) => {
    await client.end().catch(() => undefined) // the first error is the one that tells
    throw error
  })
  return {
    get isEnded() {
      return isEnded
    },
    query: async <R extends Record<string, unknown>>(text: string, values: readonly unknown[] = []) =>
      (await client.query<R>(text, [...values])).rows,
    // One that is gone already has nothing to close, and what is on a dead line cannot be told.
    close: async () => {
      const stopWaiting = new AbortController()
      // Nothing is kept in the session: the server lets go of what it held when the connection is gone.
      const ended = client.end().catch(() => undefined)
      await Promise.race([ended, delay(GOODBYE_MS, undefined, { ref: false, signal: stopWaiting.signal })])
      stopWaiting.abort()
    },
  }
}

/**
 * Turns `prefer` into `require` or `disable`, by asking the server once.
 * @throws the driver's errors when neither way leads to it
 */
export async function settleSsl(connection: DatabaseConnection): Promise<DatabaseConnection> {
  if (connection.ssl !== 'prefer') return connection
  const encrypted: DatabaseConnection = { ...connection, ssl: 'require' }
  try {
    await withClient(encrypted, (client) => client.query('select 1'))
    return encrypted
  } catch (error) {
    const hasNoTls = error instanceof Error && /does not support SSL/i.test(error.message)
    if (!hasNoTls) throw error
    return { ...connection, ssl: 'disable' }
  }
}
