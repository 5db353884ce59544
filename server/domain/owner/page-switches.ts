/** What the owner lets strangers find on the public pages of an identity. */
import type { PageSwitches } from '../../contracts/owner-api.ts'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { notify } from '../../db/transaction.ts'

type SwitchColumns = Pick<
  Row<'actors'>,
  'shows_follows' | 'hides_collections' | 'shows_counts' | 'offers_search' | 'has_feeds'
>

export function pageSwitchesOf(identity: Omit<SwitchColumns, 'hides_collections'>): PageSwitches {
  return {
    showsFollows: identity.shows_follows,
    showsCounts: identity.shows_counts,
    offersSearch: identity.offers_search,
    hasFeeds: identity.has_feeds,
  }
}

/** Lists that are hidden from servers are hidden from visitors too. */
export const showsFollowLists = (identity: SwitchColumns): boolean =>
  identity.shows_follows && !identity.hides_collections

/** Who does not want to be found is not read by feed either. */
export const offersFeeds = (
  identity: Pick<Row<'actors'>, 'has_feeds' | 'is_discoverable' | 'suspended_at'>,
): boolean => identity.has_feeds && identity.is_discoverable && identity.suspended_at === null

/** @param edit  what is left out stays as it is */
export async function setPageSwitches(
  tx: Transaction,
  identityId: string,
  edit: Partial<PageSwitches>,
): Promise<void> {
  const columns = {
    ...(edit.showsFollows === undefined ? {} : { shows_follows: edit.showsFollows }),
    ...(edit.showsCounts === undefined ? {} : { shows_counts: edit.showsCounts }),
    ...(edit.offersSearch === undefined ? {} : { offers_search: edit.offersSearch }),
    ...(edit.hasFeeds === undefined ? {} : { has_feeds: edit.hasFeeds }),
  }
  if (Object.keys(columns).length === 0) return
  await tx.updateTable('actors').set(columns).where('id', '=', identityId).execute()
  await notify(tx, 'changed', 'pages')
}
