/** The domains that the owner will have nothing to do with. */
import type { Querier } from '../../db/pool.ts'

/** In alphabetical order. */
export async function listDomainBlocks(db: Querier, limit: number): Promise<string[]> {
  const rows = await db.selectFrom('domain_blocks').select('domain').orderBy('domain').limit(limit).execute()
  return rows.map((row) => row.domain)
}
