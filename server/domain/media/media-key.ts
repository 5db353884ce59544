/** The key of the MACs in proxied addresses: made once, shared by every process of the home. */
import { randomBytes } from 'node:crypto'
import type { Database } from '../../db/pool.ts'

const SETTING = 'media_key'

/** @returns 32 bytes, the same for every caller */
export async function loadMediaKey(db: Database): Promise<Buffer> {
  const kept = await readKey(db)
  if (kept !== null) return kept
  // Another process may make one at the same moment: the first stays.
  await db
    .insertInto('home_settings')
    .values({ key: SETTING, value: JSON.stringify({ key: randomBytes(32).toString('base64url') }) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const made = await readKey(db)
  if (made === null) throw new Error('the media key was written and cannot be read')
  return made
}

async function readKey(db: Database): Promise<Buffer | null> {
  const row = await db
    .selectFrom('home_settings')
    .select('value')
    .where('key', '=', SETTING)
    .executeTakeFirst()
  if (row === undefined || !('key' in row.value) || typeof row.value.key !== 'string') return null
  return Buffer.from(row.value.key, 'base64url')
}
