/** The rows of a table as COPY gives and takes them: text, of which the next version of PostgreSQL reads the same. */
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Writable as Sink } from 'node:stream'
import type { Client } from 'pg'
import { from, to } from 'pg-copy-streams'
import { DigestRows, type RowDigest } from './row-digest.ts'
import type { TableShape } from './table-shapes.ts'

/** So that the text of a value is the same whatever a server, a role or a database has been set to. */
const TEXT_SETTINGS = `
  set timezone = 'UTC'; set datestyle = 'iso, ymd'; set intervalstyle = 'postgres'; set extra_float_digits = 1;
  set bytea_output = 'hex'; set xmlbinary = 'base64'; set client_encoding = 'UTF8'; set row_security = off;
  set idle_in_transaction_session_timeout = 0`

export async function readyForCopying(client: Client): Promise<void> {
  await client.query(TEXT_SETTINGS)
}

const nameAndColumns = (client: Client, { name, columns }: TableShape): string =>
  `${client.escapeIdentifier(name)} (${columns.map((column) => client.escapeIdentifier(column.name)).join(', ')})`

/** Nothing else may be asked on this connection until it has ended. */
export function readRows(client: Client, table: TableShape): Readable {
  return client.query(to(`copy ${nameAndColumns(client, table)} to stdout`))
}

/** In the transaction that is open; see `readRows`. */
export function writeRows(client: Client, table: TableShape): Writable {
  return client.query(from(`copy ${nameAndColumns(client, table)} from stdin`))
}

/** Reads the whole table for its digest only. */
export async function digestRows(
  client: Client,
  table: TableShape,
  signal?: AbortSignal,
): Promise<RowDigest> {
  const digest = new DigestRows()
  const nowhere = new Sink({ write: (_chunk, _encoding, done) => done() })
  await pipeline(readRows(client, table), digest, nowhere, { signal })
  return digest.result()
}
