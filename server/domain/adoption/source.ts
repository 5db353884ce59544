/**
 * The database of a Takahē server, read as its migrations lay it out. Versions differ in what columns they have: what an older
 * one lacks is read as what it would have meant there.
 */
import { HomebirdError } from '../../core/errors.ts'
import type { ForeignDatabase } from '../../db/foreign-database.ts'

/** Without these it is no database of such a server. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  users_user: ['id', 'email'],
  users_domain: ['domain', 'service_domain', 'local', 'blocked'],
  users_identity: ['id', 'actor_uri', 'local', 'username', 'domain_id', 'private_key', 'public_key'],
  users_identity_users: ['identity_id', 'user_id'],
  users_follow: ['id', 'source_id', 'target_id', 'state'],
  users_block: ['id', 'source_id', 'target_id', 'mute'],
  activities_post: ['id', 'author_id', 'local', 'object_uri', 'visibility', 'content', 'published'],
  activities_post_mentions: ['post_id', 'identity_id'],
  activities_postattachment: ['id', 'post_id', 'mimetype', 'file'],
  activities_postinteraction: ['id', 'type', 'identity_id', 'post_id', 'state'],
  activities_timelineevent: ['id', 'identity_id', 'type'],
  activities_emoji: ['id', 'shortcode', 'local', 'file', 'remote_url'],
  core_config: ['key', 'json', 'user_id', 'identity_id'],
}

export interface Source {
  /** Without user and password. */
  readonly place: string
  read<R>(text: string, values?: readonly unknown[]): Promise<R[]>
  has(table: string, column?: string): boolean
  /**
   * The column as an expression.
   * @param alias  by which the statement calls the table
   * @param otherwise  stands for it where this version has none
   */
  field(table: string, alias: string, column: string, otherwise?: string): string
}

/** @throws HomebirdError DATABASE_UNSUITABLE naming what it lacks */
export async function openSource(database: ForeignDatabase): Promise<Source> {
  const rows = await database.read<{ table_name: string; column_name: string }>(
    `select table_name, column_name from information_schema.columns where table_schema = any (current_schemas(false))`,
  )
  const known = new Set(rows.flatMap((row) => [row.table_name, `${row.table_name}.${row.column_name}`]))
  for (const [table, columns] of Object.entries(NEEDED)) {
    const missing = known.has(table) ? columns.find((column) => !known.has(`${table}.${column}`)) : ''
    if (missing === undefined) continue
    const what = missing === '' ? `table ${table}` : `column ${missing} in table ${table}`
    throw new HomebirdError(
      'DATABASE_UNSUITABLE',
      `${database.place} is no database of a Takahē server: it has no ${what}; name the one its TAKAHE_DATABASE_SERVER names`,
    )
  }
  const has = (table: string, column?: string): boolean =>
    known.has(column === undefined ? table : `${table}.${column}`)
  return {
    place: database.place,
    has,
    read: async (text, values) => database.read(text, values),
    field: (table, alias, column, otherwise = 'null') =>
      has(table, column) ? `${alias}.${column}` : otherwise,
  }
}
