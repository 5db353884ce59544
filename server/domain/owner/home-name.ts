/** What the home is called where strangers read it. */
import type { Querier } from '../../db/pool.ts'
import { listIdentities } from '../actors/actor.ts'
import { readHomeTexts } from './home-texts.ts'

const SOFTWARE = 'Homebird'

/**
 * By its title, or by who lives there: the oldest identity that wants to be found speaks for the home. One that does not is
 * named on no page of another; where it lives alone all pages are its own. At most two statements.
 */
export async function readHomeName(db: Querier): Promise<string> {
  const { title } = await readHomeTexts(db)
  if (title !== '') return title
  const identities = await listIdentities(db)
  const speaker = identities.length === 1 ? identities[0] : identities.find((one) => one.is_discoverable)
  return speaker?.display_name || speaker?.username || SOFTWARE
}
