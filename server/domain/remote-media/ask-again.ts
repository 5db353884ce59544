/** The owner wants what could not be had of others asked for again, whatever was said before. */
import { sql } from 'kysely'
import type { MediaAskedAgain } from '../../contracts/media-care.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import { findHost } from '../../net/origin.ts'
import { moveRows } from '../../stator/move.ts'
import { emojiGraph } from '../emojis/emoji-graph.ts'

/**
 * Failures are forgotten, so that whoever looks next asks; emojis whose pictures could not be used are read again at once.
 * Other processes remember a failure for half a minute more.
 * @param host  canonical `host[:port]`; null for all
 */
export async function askAgain(tx: Transaction, host: string | null): Promise<MediaAskedAgain> {
  const { numAffectedRows: files = 0n } = await sql`
    delete from failed_media where ${host}::text is null or host = ${host}`.execute(tx)
  const { rows } = await sql<{ id: string }>`
    select id from emojis where state = 'unusable' and (${host}::text is null or image_host = ${host})`.execute(
    tx,
  )
  const emojis = await moveRows(
    tx,
    emojiGraph,
    rows.map(({ id }) => id),
    'outdated',
  )
  return { files: Number(files), emojis: emojis.length }
}

/** @returns null where none is named @throws HomebirdError UNPROCESSABLE for what is no name of a server */
export function parseMediaHost(raw: string | undefined): string | null {
  if (raw === undefined || raw.trim() === '') return null
  const host = findHost(raw.trim().toLowerCase())
  if (host !== undefined) return host
  const text = `${JSON.stringify(raw.slice(0, 100))} is no name of a server`
  throw new HomebirdError('UNPROCESSABLE', text, { safe: text })
}
