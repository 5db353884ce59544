/**
 * Pictures of profiles and own emoji are stored with their address. When the setting names another place for own media, those addresses
 * follow it, and the followers of an identity are told; the files stay where they are and answer under the old path too.
 */
import { sql } from 'kysely'
import type { Database, Transaction } from '../../db/pool.ts'
import { inTransaction } from '../../db/transaction.ts'
import { tellProfile } from '../moves/move-identity.ts'

/** What a stored address ends with: the key of a file. */
const KEY = '[0-9a-f]{2}/[0-9a-f]{62}[.][a-z0-9]{3,4}$'

/** @returns how many identities changed; none with the same setting */
export async function followMediaUrl(db: Database, mediaUrl: string): Promise<number> {
  return inTransaction(db, async (tx) => {
    const base = URL.canParse(mediaUrl)
      ? sql`${mediaUrl}::text`
      : sql`'https://' || host || ${mediaUrl}::text`
    const moved = (column: 'icon_url' | 'header_url') =>
      sql<string | null>`coalesce(${base} || substring(${sql.ref(column)} from ${KEY}), ${sql.ref(column)})`
    const { rows } = await sql<{ id: string }>`
      update actors set icon_url = ${moved('icon_url')}, header_url = ${moved('header_url')}
       where domain_id is not null and not is_instance_actor and gone_at is null
         and (icon_url <> ${moved('icon_url')} or header_url <> ${moved('header_url')})
      returning id`.execute(tx)
    for (const { id } of rows) await tellProfile(tx, id)
    await followEmojis(tx, mediaUrl)
    return rows.length
  })
}

async function followEmojis(tx: Transaction, mediaUrl: string): Promise<void> {
  const base = URL.canParse(mediaUrl)
    ? sql`${mediaUrl}::text`
    : sql`'https://' || coalesce((select service_host from domains where is_primary), image_host) || ${mediaUrl}::text`
  const moved = sql<string>`coalesce(${base} || substring(url from ${KEY}), url)`
  await sql`
    update emojis set url = ${moved}, image_host = substring(${moved} from '^https?://([^/]+)/')
     where host is null and url <> ${moved} and url ~ ${KEY}`.execute(tx)
}
