/** Collections and their pages, as documents. Pages are paths, never queries. */
import type { JsonObject } from './json.ts'
import { inContext } from './json-ld-context.ts'
import { withoutEmpty } from './note-parts.ts'
import { collectionPageUri } from './uris.ts'

export interface CollectionParts {
  readonly uri: string
  /** Everything that is counted in public, whether or not it is listed. */
  readonly totalItems: number
  /** Cursor of the first page; null where only the number is told, as for hidden followers. */
  readonly firstCursor: string | null
}

/** Outbox, followers, following: newest first. @see ActivityPub 5 */
export function orderedCollection(parts: CollectionParts): JsonObject {
  return collectionOf('OrderedCollection', parts)
}

/** Replies, likes and shares of a post. */
export function collection(parts: CollectionParts): JsonObject {
  return collectionOf('Collection', parts)
}

function collectionOf(type: string, parts: CollectionParts): JsonObject {
  const { uri, totalItems, firstCursor } = parts
  const first = firstCursor === null ? null : collectionPageUri(uri, firstCursor)
  return inContext(withoutEmpty({ id: uri, type, totalItems, first }))
}

export interface CollectionPageParts {
  readonly collectionUri: string
  readonly cursor: string
  /** Ids, or whole activities or objects without their contexts. */
  readonly items: readonly (string | JsonObject)[]
  readonly nextCursor: string | null
  /** Of the whole collection; some servers look for it on the page. */
  readonly totalItems?: number
}

export function orderedCollectionPage(parts: CollectionPageParts): JsonObject {
  return inContext({ ...pageOf('OrderedCollectionPage', parts), orderedItems: parts.items })
}

export function collectionPage(parts: CollectionPageParts): JsonObject {
  return inContext({ ...pageOf('CollectionPage', parts), items: parts.items })
}

/** A collection inside of another document, its first page in it: who reads the document needs not ask for either. */
export function embeddedCollection(parts: CollectionPageParts & { readonly totalItems: number }): JsonObject {
  const { collectionUri, totalItems, ...page } = parts
  const first = { ...pageOf('CollectionPage', { collectionUri, ...page }), items: page.items }
  return { id: collectionUri, type: 'Collection', totalItems, first }
}

function pageOf(type: string, parts: CollectionPageParts): JsonObject {
  const { collectionUri, cursor, nextCursor, totalItems } = parts
  return withoutEmpty({
    id: collectionPageUri(collectionUri, cursor),
    type,
    partOf: collectionUri,
    totalItems,
    next: nextCursor === null ? null : collectionPageUri(collectionUri, nextCursor),
  })
}

/** A short collection with its items in it, such as the pinned posts. */
export function wholeOrderedCollection(parts: {
  readonly uri: string
  readonly items: readonly (string | JsonObject)[]
}): JsonObject {
  const { uri, items } = parts
  return inContext({ id: uri, type: 'OrderedCollection', totalItems: items.length, orderedItems: items })
}

/** The same without an order. */
export function wholeCollection(parts: {
  readonly uri: string
  readonly items: readonly (string | JsonObject)[]
}): JsonObject {
  const { uri, items } = parts
  return inContext({ id: uri, type: 'Collection', totalItems: items.length, items })
}
