/** What the owner has said about posts of others: how long they stay, and what stays all the same. */
import { type CleanUpRules, MOST_DAYS } from '../../contracts/clean-up.ts'
import type { Querier, Transaction } from '../../db/pool.ts'

const KEY = 'clean_up'

/** One statement. What is not understood counts as not said, and then more is kept rather than less. */
export async function readCleanUpRules(db: Querier): Promise<CleanUpRules> {
  const row = await db.selectFrom('home_settings').select('value').where('key', '=', KEY).executeTakeFirst()
  const value = (row?.value ?? {}) as Readonly<Record<string, unknown>>
  const days = value['days']
  return {
    days: Number.isInteger(days) && Number(days) >= 0 && Number(days) <= MOST_DAYS ? Number(days) : null,
    keepsConversations: value['keepsConversations'] !== false,
    keepsFollowed: value['keepsFollowed'] === true,
  }
}

export async function saveCleanUpRules(tx: Transaction, rules: CleanUpRules, now: Date): Promise<void> {
  const stored = { value: JSON.stringify(rules), changed_at: now }
  await tx
    .insertInto('home_settings')
    .values({ key: KEY, ...stored })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(stored))
    .execute()
}

const DAY_MS = 86_400_000

/** What is older may go; null where nothing does. @param usualDays  of the setting, where the rules name none */
export function horizonOf(rules: CleanUpRules, usualDays: number, now: Date): Date | null {
  const days = rules.days ?? usualDays
  return days === 0 ? null : new Date(now.getTime() - days * DAY_MS)
}
