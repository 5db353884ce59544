/** The custom emoji of this home, as apps offer them. */
import type { CustomEmoji } from '../../contracts/custom-emoji.ts'
import type { Querier } from '../../db/pool.ts'
import type { EntityScope } from '../actors/entity-scope.ts'

export async function listOwnEmojis(db: Querier, scope: EntityScope): Promise<CustomEmoji[]> {
  const rows = await db
    .selectFrom('emojis')
    .select(['shortcode', 'url', 'category'])
    .where('host', 'is', null)
    .where('is_disabled', '=', false)
    .orderBy('shortcode')
    .execute()
  return rows.map(({ shortcode, url, category }) => {
    const address = scope.urls.stored(url)
    return { shortcode, url: address, static_url: address, visible_in_picker: true, category }
  })
}
