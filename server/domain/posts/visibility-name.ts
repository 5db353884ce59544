/** Visibilities by the names that apps use: what the house calls `followers` is `private` to them. */
import type { StatusVisibility } from '../../contracts/account.ts'
import type { Visibility } from '../../db/tables.ts'

export const visibilityName = (visibility: Visibility): StatusVisibility =>
  visibility === 'followers' ? 'private' : visibility

export const visibilityOfName = (name: StatusVisibility): Visibility =>
  name === 'private' ? 'followers' : name
