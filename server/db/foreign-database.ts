/** Reads the database of another program: over one connection, in one snapshot, and never writing to it. */
import { Client } from 'pg'
import type { DatabaseConnection } from '../contracts/child-message.ts'
import { HomebirdError } from '../core/errors.ts'
import { clientConfig, describeConnection, settleSsl } from './connection.ts'

export interface ForeignDatabase {
  /** Where it is, without user and password. */
  readonly place: string
  /** 64-bit numbers come as text. @throws HomebirdError DATABASE_UNREACHABLE when the connection is lost */
  read<R>(text: string, values?: readonly unknown[]): Promise<R[]>
  close(): Promise<void>
}

/**
 * @param statementTimeoutMs  0 for none: a server of many years is read for hours
 * @throws HomebirdError DATABASE_UNREACHABLE with the server's reason
 */
export async function openForeignDatabase(
  connection: DatabaseConnection,
  { statementTimeoutMs = 0 }: { readonly statementTimeoutMs?: number } = {},
): Promise<ForeignDatabase> {
  const place = describeConnection(connection)
  const client = await connect(connection, place, statementTimeoutMs)
  return {
    place,
    async read<R>(text: string, values: readonly unknown[] = []): Promise<R[]> {
      try {
        const { rows } = await client.query<R & object>(text, [...values])
        return rows
      } catch (error) {
        if (error instanceof Error && 'severity' in error) throw error
        throw unreachable(place, error)
      }
    },
    async close() {
      // A connection that is lost needs no goodbye.
      await client.end().catch(() => undefined)
    },
  }
}

async function connect(
  connection: DatabaseConnection,
  place: string,
  statementTimeoutMs: number,
): Promise<Client> {
  let client: Client | null = null
  try {
    const settled = await settleSsl(connection)
    client = new Client(
      clientConfig(settled, { applicationName: 'homebird adopt', statementTimeoutMs, lockTimeoutMs: 0 }),
    )
    // An error between two queries has no other listener; the query that follows fails with it.
    client.on('error', () => undefined)
    await client.connect()
    await client.query('set idle_in_transaction_session_timeout = 0')
    await client.query('begin transaction isolation level repeatable read, read only')
    return client
  } catch (error) {
    await client?.end().catch(() => undefined) // what failed is told
    throw unreachable(place, error)
  }
}

function unreachable(place: string, cause: unknown): HomebirdError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new HomebirdError('DATABASE_UNREACHABLE', `the database at ${place} does not answer: ${reason}`, {
    cause,
  })
}
