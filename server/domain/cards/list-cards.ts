/** Cards by their ids, as they are shown on their own. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { CardFact } from './card-entity.ts'

/** Those that were read; one statement. */
export async function loadCards(db: Querier, ids: readonly string[]): Promise<Map<string, CardFact>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<CardFact>`
    select id, url, host, page_url, kind, title, description, provider_name, author_name, author_handle, language,
           image_url, image_description, width, height, published_at::text as published_at
      from cards where id = any(${[...ids]}::bigint[]) and fetched_at is not null`.execute(db)
  return new Map(rows.map((row) => [row.id, row]))
}
