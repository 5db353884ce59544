/** What a page of replies lists, as ids alone: what it embeds is never believed. */
import { findRemoteUrl, sameOrigin } from '../../net/origin.ts'
import { type JsonObject, idsOf, isObject } from '../json.ts'
import { type CollectionFacts, MAX_PAGE_ITEMS, parseCollection } from '../parse-collection.ts'

export interface ThreadPage {
  /** Ids, each once, in order. */
  readonly items: readonly string[]
  /** Canonical address of what follows; null at the end, and where it would lead to another origin. */
  readonly next: string | null
  readonly totalItems: number | null
}

/** @param origin  an address on the origin that the page was read from */
export function threadPage({ page, firstUri, totalItems }: CollectionFacts, origin: string): ThreadPage {
  const next = page?.nextUri ?? firstUri
  return {
    items: idsOf(page?.items ?? [], MAX_PAGE_ITEMS),
    // Fragments are dropped: pages that differ in nothing else are one.
    next: sameOrigin(next, origin) ? (findRemoteUrl(next)?.href ?? null) : null,
    totalItems,
  }
}

/**
 * What the document of a post embeds of its replies; null where it only says where they are, or does not even do that.
 */
export function embeddedReplies(document: JsonObject, postUri: string): ThreadPage | null {
  const replies = document['replies'] ?? document['comments']
  const facts = isObject(replies) ? parseCollection(replies) : null
  if (facts === null) return null
  const page = threadPage(facts, postUri)
  return page.items.length > 0 || page.next !== null || page.totalItems === 0 ? page : null
}
