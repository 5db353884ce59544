/**
 * The whole database as it is at one moment, read table by table while others write: one REPEATABLE READ transaction, and
 * COPY in the text format, which every version of PostgreSQL and every platform reads.
 */
import { Client } from 'pg'
import type { DatabaseConnection } from '../../contracts/child-message.ts'
import { HomebirdError } from '../../core/errors.ts'
import { clientConfig, noticeLoss } from '../connection.ts'
import { readRows, readyForCopying } from '../copy-rows.ts'
import { type SequenceState, type TableShape, readSequences, readTableShapes } from '../table-shapes.ts'
import { isDatabaseAway } from '../transaction.ts'
import { MEDIA_HOLD } from './media-hold.ts'

export interface SnapshotFacts {
  /** Such as `18.4`. */
  readonly postgresVersion: string
  readonly schemaVersion: number
  readonly identities: readonly string[]
  readonly posts: number
  readonly followers: number
  readonly following: number
}

export interface Snapshot extends AsyncDisposable {
  readonly facts: SnapshotFacts
  readonly tables: readonly TableShape[]
  /** Of all of them, as they lie on the disk. */
  readonly tableBytes: number
  readonly sequences: readonly SequenceState[]
  /** One at a time. */
  copy(table: TableShape): AsyncIterable<Buffer>
  /** Own files that the snapshot knows. */
  mediaFiles(): AsyncGenerator<{ readonly key: string; readonly bytes: number }>
}

/**
 * A connection for copying, without limits of time. The caller ends it.
 * @throws HomebirdError DATABASE_UNREACHABLE
 */
export async function openCopyClient(connection: DatabaseConnection): Promise<Client> {
  const limits = { statementTimeoutMs: 0, lockTimeoutMs: 0 }
  const client = new Client(clientConfig(connection, { applicationName: 'homebird keeper', ...limits }))
  client.on('error', () => undefined) // the statement that runs, or the next, fails with it
  try {
    await client.connect()
    await noticeLoss(client, connection)
    await readyForCopying(client)
    return client
  } catch (cause) {
    await endCopyClient(client)
    throw new HomebirdError('DATABASE_UNREACHABLE', `the database on ${connection.host} does not answer`, {
      cause,
    })
  }
}

/** Also in the middle of a copy. */
export async function endCopyClient(client: Client): Promise<void> {
  await client.end().catch(() => undefined) // it may be gone, which ends it too
}

export interface MediaHold extends AsyncDisposable {
  /** Aborted with the reason when the session that holds has ended, as where the database was started again. */
  readonly lost: AbortSignal
}

/** Until it is let go, or lost, nothing takes own files away. */
export async function holdMedia(connection: DatabaseConnection): Promise<MediaHold> {
  const client = await openCopyClient(connection)
  const lost = new AbortController()
  client.once('end', () => lost.abort(databaseFell()))
  try {
    await client.query('select pg_advisory_lock_shared($1)', [MEDIA_HOLD])
  } catch (error) {
    await endCopyClient(client)
    throw error
  }
  return { lost: lost.signal, [Symbol.asyncDispose]: () => endCopyClient(client) }
}

/** What went wrong, or, where that is only that the database went away, that. */
export function asFallOfDatabase(error: unknown): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    // What a place says has its own reason, which looks alike where nobody listens there.
    if (cause instanceof HomebirdError && !cause.code.startsWith('DATABASE_')) return error
    if (isDatabaseAway(cause)) return databaseFell(error)
  }
  return error
}

function databaseFell(cause?: unknown): HomebirdError {
  const text =
    'the database ended or was started again while the backup was made; it is made anew the next time, those before stay'
  return new HomebirdError('DATABASE_UNREACHABLE', text, {
    safe: text,
    ...(cause === undefined ? {} : { cause }),
  })
}

export async function openSnapshot(connection: DatabaseConnection): Promise<Snapshot> {
  const client = await openCopyClient(connection)
  try {
    await client.query('begin isolation level repeatable read read only')
    return {
      facts: await readFacts(client),
      tables: await readTableShapes(client),
      tableBytes: await readSizes(client),
      // They stand outside of transactions: read after the snapshot was taken, they are never behind it.
      sequences: await readSequences(client),
      copy: (table) => readRows(client, table),
      mediaFiles: () => mediaFilesOf(client),
      [Symbol.asyncDispose]: () => endCopyClient(client),
    }
  } catch (error) {
    await endCopyClient(client)
    throw error
  }
}

async function readFacts(client: Client): Promise<SnapshotFacts> {
  const { rows } = await client.query<SnapshotFacts>(`
    select current_setting('server_version') as "postgresVersion",
           (select coalesce(max(version), 0) from schema_migrations) as "schemaVersion",
           (select coalesce(array_agg(username || '@' || handle_domain order by id), '{}')
              from actors where is_local and not is_instance_actor) as identities,
           (select count(*)::int from posts
             where is_local and deleted_at is null and kind <> 'Announce') as posts,
           (select count(*)::int from follows join actors on actors.id = follows.target_id
             where actors.is_local and accepted_at is not null) as followers,
           (select count(*)::int from follows join actors on actors.id = follows.source_id
             where actors.is_local and accepted_at is not null) as following`)
  if (rows[0] === undefined) throw new HomebirdError('INTERNAL', 'the database says nothing of itself')
  return rows[0]
}

async function readSizes(client: Client): Promise<number> {
  const { rows } = await client.query<{ bytes: number }>(`
    select coalesce(sum(pg_table_size(oid)), 0)::float8 as bytes from pg_class
     where relnamespace = 'public'::regnamespace and relkind = 'r'`)
  return rows[0]?.bytes ?? 0
}

const MEDIA_AT_ONCE = 1_000

async function* mediaFilesOf(client: Client): AsyncGenerator<{ key: string; bytes: number }> {
  for (let after = ''; ;) {
    const { rows } = await client.query<{ key: string; bytes: number }>(
      'select key, size::float8 as bytes from media_files where key > $1 order by key limit $2',
      [after, MEDIA_AT_ONCE],
    )
    yield* rows
    if (rows.length < MEDIA_AT_ONCE) return
    after = rows.at(-1)?.key ?? after
  }
}
