/**
 * Reads who follows somebody elsewhere, or whom they follow, at the origin of that somebody: at most ten pages and two
 * hundred entries, and of those whom nobody knows here as many as the budget of one trigger allows (rule 32). The rest
 * follows when the owner looks again.
 */
import { hostOf } from '../net/origin.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Actor } from '../domain/actors/actor.ts'
import { findAskableActor } from '../domain/actors/askable-actors.ts'
import {
  MAX_ORIGIN_ENTRIES,
  type OriginList,
  appendOriginEntries,
  listUnknownEntries,
  noteEntryActor,
} from '../domain/follows/origin-lists.ts'
import { FetchBudget } from './fetch-budget.ts'
import { idsOf } from './json.ts'
import { MAX_PAGE_ITEMS } from './parse-collection.ts'
import type { ProfileParts } from './read-profile.ts'

export type ListReading =
  | { readonly kind: 'partial' | 'complete' | 'hidden'; readonly note?: string }
  | { readonly kind: 'again'; readonly reason: string }

const MOST_PAGES = 10
/** Documents of one look, pages and actors together. */
const MOST_DOCUMENTS = 50
const ACTORS_AT_ONCE = 4

/** `isEnd`: no page will be read any more. */
type Pages = ListReading | { readonly kind: 'read'; readonly isEnd: boolean; readonly note?: string }

export async function readOriginList(parts: ProfileParts, list: OriginList): Promise<ListReading> {
  const actor = await findAskableActor(parts.db, parts.home, list.actor_id)
  const uri =
    actor === undefined ? null : list.side === 'followers' ? actor.followers_uri : actor.following_uri
  if (actor === undefined || uri === null) return { kind: 'hidden', note: 'there is no list to ask for' }
  const budget = new FetchBudget(parts.clock, { documents: MOST_DOCUMENTS, ancestors: 0 })
  const pages = await readPages(parts, list, actor, uri, budget)
  if (pages.kind !== 'read') return pages
  await readActors(parts, list, budget)
  const [unknown] = await listUnknownEntries(parts.db, list.id, 1)
  const kind = pages.isEnd && unknown === undefined ? 'complete' : 'partial'
  return pages.note === undefined ? { kind } : { kind, note: pages.note }
}

async function readPages(
  parts: ProfileParts,
  list: OriginList,
  actor: Actor,
  uri: string,
  budget: FetchBudget,
): Promise<Pages> {
  if (list.pages_read > 0 && list.next_page_uri === null) return { kind: 'read', isEnd: true }
  let { next_page_uri: next, entries, pages_read: page } = list
  while (page < MOST_PAGES && entries < MAX_ORIGIN_ENTRIES) {
    const reading = await (next === null
      ? parts.collections.open(uri, actor.uri, budget)
      : parts.collections.page(next, actor.uri, budget))
    if (reading.outcome === 'spent') return { kind: 'read', isEnd: !budget.isSpent }
    if (reading.outcome === 'unavailable') return { kind: 'again', reason: reading.reason }
    if (reading.outcome !== 'found') {
      const reason = reading.outcome === 'gone' ? 'the list is gone' : reading.reason
      return page === 0 ? { kind: 'hidden', note: reason } : { kind: 'read', isEnd: true }
    }
    if (reading.isHidden) return { kind: 'hidden' }
    const uris = urisOf(parts, reading.page.items)
    next = reading.page.nextUri
    entries = await inTransaction(parts.db, async (tx) => appendOriginEntries(tx, list, uris, next))
    page += 1
    if (next === null) return { kind: 'read', isEnd: true }
  }
  return { kind: 'read', isEnd: true, note: 'the rest is not read' }
}

/** Nobody of this home, who knows better, and nobody of a blocked domain. */
function urisOf({ home }: ProfileParts, items: readonly unknown[]): string[] {
  return idsOf(items, MAX_PAGE_ITEMS).filter((uri) => {
    const host = hostOf(uri)
    return host !== undefined && !home.isOwnHost(host) && !home.isBlockedDomain(host)
  })
}

async function readActors(parts: ProfileParts, list: OriginList, budget: FetchBudget): Promise<void> {
  const { db, dereferencer } = parts
  const unknown = (await listUnknownEntries(db, list.id, MOST_DOCUMENTS)).values()
  const readInTurn = async (): Promise<void> => {
    for (const { place, uri } of unknown) {
      if (budget.isSpent) return
      const actor = await dereferencer.actorByUri(uri, { budget })
      // Whoever was not asked any more is asked when the owner looks again.
      if (actor === null && budget.isSpent) return
      await noteEntryActor(db, list.id, place, actor?.id ?? null)
    }
  }
  await Promise.all(Array.from({ length: ACTORS_AT_ONCE }, readInTurn))
}
