/** What stands in an outbox: posts, links to posts, and boosts, in the many ways in which servers write them down. */
import { sameOrigin } from '../net/origin.ts'
import { type JsonObject, dateOf, idOf, isObject, isUri, typeOf } from './json.ts'
import { addresseesOf } from './parse-activity.ts'
import { type PostFacts, type PostVisibility, parsePost, visibilityOf } from './parse-object.ts'
import { isPostKind } from './vocabulary.ts'

export type OutboxItem =
  /** By the owner of the outbox, on its own origin: as good as read at its id. */
  | { readonly kind: 'post'; readonly uri: string; readonly facts: PostFacts }
  /** To be read at its id, which is on the owner's origin. */
  | { readonly kind: 'link'; readonly uri: string }
  | {
      readonly kind: 'boost'
      /** Of the Announce, on the owner's origin. */
      readonly uri: string
      readonly objectUri: string
      readonly visibility: PostVisibility
      readonly publishedAt: Date | null
    }

export interface OutboxOwner {
  readonly uri: string
  readonly followers_uri: string | null
}

/** Each thing once, in the order of the page; what is by others, or means nothing here, is left out. */
export function parseOutboxItems(items: readonly unknown[], owner: OutboxOwner): OutboxItem[] {
  const found = new Map<string, OutboxItem>()
  for (const item of items) {
    const parsed = itemOf(item, owner)
    if (parsed !== null && !found.has(parsed.uri)) found.set(parsed.uri, parsed)
  }
  return [...found.values()]
}

function itemOf(item: unknown, owner: OutboxOwner): OutboxItem | null {
  if (!isObject(item)) return linkTo(item, owner)
  const type = typeOf(item)
  if (isPostKind(type)) return postOf(item, owner)
  if (type !== 'Create' && type !== 'Announce') return null
  if (item['actor'] !== undefined && idOf(item['actor']) !== owner.uri) return null
  if (type === 'Announce') return boostOf(item, owner)
  const { object } = item
  return isObject(object) && isPostKind(typeOf(object)) ? postOf(object, owner) : linkTo(object, owner)
}

/** An excerpt without an author is read at its id; what names another author is not the owner's. */
function postOf(object: JsonObject, owner: OutboxOwner): OutboxItem | null {
  if (object['attributedTo'] === undefined) return linkTo(object, owner)
  const parsed = parsePost(object, { actorUri: owner.uri, followersUri: owner.followers_uri })
  if (!parsed.ok || parsed.post.actorUri !== owner.uri || parsed.post.pollVote !== null) return null
  return { kind: 'post', uri: parsed.post.uri, facts: parsed.post }
}

function linkTo(value: unknown, owner: OutboxOwner): OutboxItem | null {
  const uri = idOf(value)
  return uri !== null && sameOrigin(uri, owner.uri) ? { kind: 'link', uri } : null
}

/** A group passes on whole activities: what they created is what is boosted. */
function boostOf(announce: JsonObject, owner: OutboxOwner): OutboxItem | null {
  const { id, object } = announce
  if (!isUri(id) || !sameOrigin(id, owner.uri)) return null
  const type = isObject(object) ? typeOf(object) : null
  const isPost = !isObject(object) || type === null || isPostKind(type)
  const objectUri = isPost ? idOf(object) : type === 'Create' ? idOf(object['object']) : null
  if (objectUri === null) return null
  const to = addresseesOf(announce['to'])
  const cc = addresseesOf(announce['cc'])
  const visibility = visibilityOf(to, cc, owner.followers_uri)
  return { kind: 'boost', uri: id, objectUri, visibility, publishedAt: dateOf(announce['published']) }
}
