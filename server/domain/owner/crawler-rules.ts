/** What the owner asks of machines that read the whole web: said in robots.txt, kept in the database. */
import type { CrawlerRules } from '../../contracts/owner-api.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import { notify } from '../../db/transaction.ts'

const KEY = 'crawlers'
export const MOST_AGENTS = 200
/** A product token of RFC 9309, and what crawlers really write: nothing that could begin another line. */
export const AGENT_PATTERN = '^[A-Za-z0-9][A-Za-z0-9 ._:/+-]{0,98}$'
const AGENT = new RegExp(AGENT_PATTERN)

const NOTHING_SAID: CrawlerRules = { deniesAiCrawlers: true, extraDeniedAgents: [] }

/** One statement. What is not understood counts as not said. */
export async function readCrawlerRules(db: Querier): Promise<CrawlerRules> {
  const row = await db.selectFrom('home_settings').select('value').where('key', '=', KEY).executeTakeFirst()
  const { deniesAiCrawlers, extraDeniedAgents } = (row?.value ?? {}) as Readonly<Record<string, unknown>>
  return {
    deniesAiCrawlers:
      typeof deniesAiCrawlers === 'boolean' ? deniesAiCrawlers : NOTHING_SAID.deniesAiCrawlers,
    extraDeniedAgents: Array.isArray(extraDeniedAgents) ? extraDeniedAgents.filter(isAgentName) : [],
  }
}

export const isAgentName = (value: unknown): value is string => typeof value === 'string' && AGENT.test(value)

/** @param edit  what is left out stays as it is; names of agents that are none are left out */
export async function setCrawlerRules(
  tx: Transaction,
  edit: Partial<CrawlerRules>,
  now: Date,
): Promise<void> {
  const rules = { ...(await readCrawlerRules(tx)), ...edit }
  const agents = [...new Set(rules.extraDeniedAgents.filter(isAgentName))].slice(0, MOST_AGENTS)
  const stored = { value: JSON.stringify({ ...rules, extraDeniedAgents: agents }), changed_at: now }
  await tx
    .insertInto('home_settings')
    .values({ key: KEY, ...stored })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(stored))
    .execute()
  await notify(tx, 'changed', 'settings')
}
