/** Where a file lies now that had another path on the server from which it was taken over. */
import type { Querier } from '../../db/pool.ts'

const MOST_CHARACTERS = 500

/** @returns its key in the media store; null for one that was not taken over */
export async function findAdoptedFile(db: Querier, path: string): Promise<string | null> {
  if (path.length > MOST_CHARACTERS || path.includes('\0')) return null
  const row = await db
    .selectFrom('adopted_files')
    .select('file_key')
    .where('path', '=', path)
    .executeTakeFirst()
  return row?.file_key ?? null
}
