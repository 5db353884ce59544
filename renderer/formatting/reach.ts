/** How far posts go, and which of two goes less far. */
import type { StatusVisibility } from '../../server/contracts/account.ts'

/** From the widest to the narrowest. */
const REACH: readonly StatusVisibility[] = ['public', 'unlisted', 'private', 'direct']

/** A reply or quote is never wider than what it answers. */
export function narrower(a: StatusVisibility, b: StatusVisibility): StatusVisibility {
  return REACH.indexOf(a) > REACH.indexOf(b) ? a : b
}
