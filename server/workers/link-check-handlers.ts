/** Handles the links of profiles: reads their pages, slowly for each host, and keeps the marks beside them true. */
import { type LinkReader, checkLink } from '../activitypub/check-link.ts'
import { HostBudget } from '../activitypub/host-budget.ts'
import type { Clock } from '../core/clock.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { type Actor, findActor } from '../domain/actors/actor.ts'
import type { linkCheckGraph } from '../domain/links/link-check-graph.ts'
import { isOfInterest, linksOf, recordLinkCheck } from '../domain/links/link-checks.ts'
import { UNPUBLISHED_DOMAIN } from '../domain/owner/own-uris.ts'
import { hostOf } from '../net/origin.ts'
import { type HandlersOf, type Verdict, again } from '../stator/graph.ts'

export interface LinkCheckParts extends LinkReader {
  readonly db: Database
  readonly clock: Clock
}

type LinkCheck = Row<'link_checks'>

/** Many profiles may link to one server, which must not feel it. */
const PACE = { most: 6, windowMs: 60_000 } as const
/** A page that has been silent for this long proves nothing any more. */
const PROOF_LASTS_MS = 21 * 86_400_000

export function linkCheckHandlers(parts: LinkCheckParts): HandlersOf<typeof linkCheckGraph> {
  const budget = new HostBudget(parts.clock, PACE)
  return {
    due: {
      each: async (check) => {
        const actor = await findActor(parts.db, check.actor_id)
        if (actor === undefined || !isWanted(actor, check)) return 'dropped'
        // Nobody can link to a home that has no address yet.
        if (actor.host === UNPUBLISHED_DOMAIN) return 'checked'
        const waitMs = budget.take(check.host)
        if (waitMs > 0) return again({ afterSeconds: waitMs / 1000, isUncounted: true })
        return readLink(parts, check, actor)
      },
    },
    checked: {
      each: async (check) => {
        const actor = await findActor(parts.db, check.actor_id)
        if (actor === undefined || !isWanted(actor, check)) return 'dropped'
        if (await isOfInterest(parts.db, actor)) return 'due'
        // What is not looked after any more is not vouched for any more.
        await record(parts, check, false)
        return 'dropped'
      },
    },
  }
}

function isWanted(actor: Actor, check: LinkCheck): boolean {
  return actor.gone_at === null && linksOf(actor).includes(check.url)
}

/** Id and page. A page elsewhere is somebody else's: what links to that proves nothing of whoever names it as their own. */
function addressesOf({ uri, page_url: page, host, handle_domain: domain }: Actor): string[] {
  const pageHost = hostOf(page)
  return page !== null && (pageHost === host || pageHost === domain) ? [uri, page] : [uri]
}

async function readLink(
  parts: LinkCheckParts,
  check: LinkCheck,
  actor: Actor,
): Promise<Verdict<'checked' | 'dropped'>> {
  const reading = await checkLink(parts, check.url, addressesOf(actor))
  if (reading.outcome === 'unavailable') {
    const provedMs = check.proved_at?.getTime() ?? 0
    const isOld = parts.clock.now().getTime() - provedMs > PROOF_LASTS_MS
    if (isOld && check.verified_at !== null) await record(parts, check, false)
    return again({ reason: reading.reason })
  }
  await record(parts, check, reading.outcome === 'proved')
  return reading.outcome === 'proved' ? 'checked' : { to: 'checked', note: reading.reason }
}

async function record({ db, clock }: LinkCheckParts, check: LinkCheck, isProved: boolean): Promise<void> {
  await inTransaction(db, async (tx) => recordLinkCheck(tx, check, isProved, clock.now()))
}
