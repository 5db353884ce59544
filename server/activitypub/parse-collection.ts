/** Collections of other servers and their pages as facts, whatever the dialect: what they hold and where they go on. */
import { asArray, countOf, idOf, isObject, typeOf } from './json.ts'
import type { JsonObject } from './json.ts'

/** Security rule 32: items of one page that are looked at; what lies beyond is not read. */
export const MAX_PAGE_ITEMS = 200

export interface CollectionPageFacts {
  /** As they are, in the order of the page. */
  readonly items: readonly unknown[]
  readonly nextUri: string | null
}

export interface CollectionFacts {
  /** What the origin counts; null where it does not, or names no number of things. */
  readonly totalItems: number | null
  /** The items that the collection holds itself or in an embedded first page; null where they are elsewhere or hidden. */
  readonly page: CollectionPageFacts | null
  /** The first page, where it is a document of its own. */
  readonly firstUri: string | null
}

const TYPES: ReadonlySet<string> = new Set([
  'Collection',
  'OrderedCollection',
  'CollectionPage',
  'OrderedCollectionPage',
])

/**
 * @returns null for what is no collection
 * @see ActivityStreams Core 5
 */
export function parseCollection(document: JsonObject): CollectionFacts | null {
  if (!TYPES.has(typeOf(document) ?? '')) return null
  const { first } = document
  const embedded = isObject(first) ? first : null
  const own = pageOf(document)
  const page = own !== null && own.items.length > 0 ? own : ((embedded && pageOf(embedded)) ?? own)
  const isElsewhere = page === null || (page.items.length === 0 && page.nextUri === null)
  const firstUri = isElsewhere ? idOf(first) : null
  return {
    totalItems: countOf(document['totalItems']) ?? countOf(embedded?.['totalItems']),
    page: firstUri === null ? page : null,
    firstUri,
  }
}

/** Servers mix up ordered and unordered, and leave out what is empty. */
function pageOf(document: JsonObject): CollectionPageFacts | null {
  const { orderedItems, items } = document
  const held = orderedItems ?? items
  const nextUri = idOf(document['next'])
  if (held === undefined && nextUri === null) return null
  return { items: asArray(held).slice(0, MAX_PAGE_ITEMS), nextUri }
}
