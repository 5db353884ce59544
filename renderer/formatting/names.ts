/** What people are called. Whoever chose a name chose it for their own line and for no other. */
import type { Account } from '../../server/contracts/account.ts'
import { withoutTurns } from './isolate.ts'

/** More than any name that is read; the profile shows it whole no more than a list does. */
const MOST = 120
/** No script stacks more on one letter; without an end they would stand in the lines above. */
const TOWER = /(\p{M}{6})\p{M}+/gu
/** Something that leaves ink: no space, no sign that only steers others, no mark without its letter. */
const SEEN = /[^\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u

export function nameOf(account: Pick<Account, 'display_name' | 'username'>): string {
  const { display_name: chosen, username } = account
  return tamed(SEEN.test(chosen) ? chosen : username)
}

function tamed(name: string): string {
  const letters = Array.from(
    withoutTurns(name).replace(TOWER, '$1').replace(/\s+/g, ' ').trim().slice(0, 4_000),
  )
  return letters.length <= MOST ? letters.join('') : `${letters.slice(0, MOST).join('')}…`
}

/** Whether somebody typed the name of an account, short or whole, to say that they mean it. @param handle  `@ana@home.example` */
export function isNameOf(typed: string, username: string, handle: string): boolean {
  const bare = typed.trim().replace(/^@/, '').toLowerCase()
  return bare === username.toLowerCase() || bare === handle.replace(/^@/, '').toLowerCase()
}
