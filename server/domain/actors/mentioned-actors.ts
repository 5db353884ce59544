/**
 * Actors that nobody here has looked at, known by the name that somebody mentions them with. They are rows without a
 * document (`fetched_at` is null) and without an inbox (`inbox_uri` is empty) until somebody looks them up: recipients are
 * never fetched (rule 32), but a reply can still name everybody who was named.
 */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'

export interface MentionedActor {
  readonly uri: string
  readonly username: string
  /** Canonical host of the URI. */
  readonly host: string
}

/** @returns ids by URI of those that were not known; two transactions may race, and both get the same ids */
export async function ensureMentionedActors(
  tx: Transaction,
  mentioned: readonly MentionedActor[],
): Promise<Map<string, string>> {
  if (mentioned.length === 0) return new Map()
  const uris = mentioned.map(({ uri }) => uri)
  await sql`
    insert into actors (uri, username, host, handle_domain, inbox_uri)
    select distinct on (uri) uri, username, host, host, ''
      from jsonb_to_recordset(${JSON.stringify(mentioned)}::jsonb) as given (uri text, username text, host text)
     order by uri
        on conflict (uri) do nothing`.execute(tx)
  const rows = await tx
    .selectFrom('actors')
    .select(['id', 'uri'])
    .where('uri', '=', sql<string>`any(${uris}::text[])`)
    .execute()
  return new Map(rows.map(({ uri, id }) => [uri, id]))
}
