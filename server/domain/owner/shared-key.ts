/** The key of files that the machines of the home pass to each other: the same on each of them, and told to nobody else. */
import { hkdfSync } from 'node:crypto'
import type { Database } from '../../db/pool.ts'
import { loadMediaKey } from '../media/media-key.ts'

const KEY_BYTES = 32

/** Follows from the key that all processes of the home share, and is unlike it. */
export async function loadSharedKey(db: Database): Promise<Buffer> {
  const secret = await loadMediaKey(db)
  return Buffer.from(hkdfSync('sha256', secret, '', 'homebird shared files', KEY_BYTES))
}
