/** What people are called. */
import type { Account } from '../../server/contracts/account.ts'

export function nameOf(account: Pick<Account, 'display_name' | 'username'>): string {
  return account.display_name.trim() === '' ? account.username : account.display_name
}
