/** Where posts and people stand in the window. */
import type { Account } from '../../server/contracts/account.ts'

export function postPath(id: string): string {
  return `/posts/${encodeURIComponent(id)}`
}

/** @param about  who did what with the post */
export function postPeoplePath(id: string, about: 'boosts' | 'favourites' | 'quotes'): string {
  return `${postPath(id)}/${about}`
}

export function profilePath({ id }: Pick<Account, 'id'>): string {
  return `/people/${encodeURIComponent(id)}`
}
