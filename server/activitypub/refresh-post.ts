/**
 * Reads a post of somebody else once more: what was edited without our hearing of it, what was deleted, and how many
 * answers, boosts and likes its origin counts.
 *
 * Whoever answers 410, or with a Tombstone, says that the post is gone: it goes here too. A 404 may as well be a fault, so
 * it only marks the post; one that is still not found a day later goes. Posts that are not for everybody are not asked for:
 * to the actor that asks their origin denies them.
 */
import type { Clock } from '../core/clock.ts'
import type { Database, Transaction } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { findActorReferences } from '../domain/actors/actor.ts'
import type { Home } from '../domain/owner/home.ts'
import { editRemotePost } from '../domain/posts/edit-remote-post.ts'
import { tellIdentities } from '../domain/posts/local-effects.ts'
import { storeOriginFacts } from '../domain/posts/origin-facts.ts'
import {
  type RefreshedPost,
  findRefreshedPost,
  noteMissing,
  noteRead,
  removeGonePost,
} from '../domain/posts/refreshed-post.ts'
import { updateQuoteFacts } from '../domain/quotes/edit-quotes.ts'
import { type StreamChange, inOpenStreams, publishToStreams } from '../domain/timelines/stream-notices.ts'
import type { Dereferencer } from './dereference.ts'
import { FetchBudget } from './fetch-budget.ts'
import type { JsonObject } from './json.ts'
import type { CollectionFact, PostFacts } from './parse-object.ts'
import type { RemoteCollections } from './remote-collections.ts'
import { actorUrisOf, originFacts, postContent, withMentionedActors } from './post-record.ts'

export interface RefreshParts {
  readonly db: Database
  readonly clock: Clock
  readonly home: Pick<Home, 'isOwnHost' | 'isBlockedDomain'>
  readonly dereferencer: Pick<Dereferencer, 'readPostDocument'>
  readonly collections: Pick<RemoteCollections, 'count'>
}

export type RefreshEnd =
  | { readonly outcome: 'read' }
  | { readonly outcome: 'removed' }
  /** It stays as it is here, and is not asked for again at once. */
  | { readonly outcome: 'kept'; readonly reason: string }
  | { readonly outcome: 'unavailable'; readonly reason: string }

/** The post, its author where that one is not known any more, and its three collections. */
const LIMITS = { documents: 5, totalMs: 30_000 }

/** A second call right after the first changes nothing. */
export async function refreshPost(parts: RefreshParts, postId: string): Promise<RefreshEnd> {
  const { db, clock, home, dereferencer } = parts
  const post = await findRefreshedPost(db, postId)
  if (post === undefined) return { outcome: 'kept', reason: 'it is not for everybody, or not of others' }
  if (home.isBlockedDomain(post.host)) return { outcome: 'kept', reason: `${post.host} is blocked` }
  const budget = new FetchBudget(clock, LIMITS)
  const read = await dereferencer.readPostDocument(post.uri, budget)
  switch (read.outcome) {
    case 'gone':
      await inTransaction(db, async (tx) => removeGonePost(tx, post))
      return { outcome: 'removed' }
    case 'missing':
      return (await inTransaction(db, async (tx) => noteMissing(tx, post, clock.now())))
        ? { outcome: 'removed' }
        : { outcome: 'kept', reason: read.reason }
    case 'refused':
      return { outcome: 'kept', reason: read.reason }
    case 'unavailable':
      return { outcome: 'unavailable', reason: read.reason }
    case 'found':
      break
  }
  if (read.facts.uri !== post.uri || read.facts.actorUri !== post.author_uri) {
    return { outcome: 'kept', reason: `it is ${read.facts.uri} by ${read.facts.actorUri} now` }
  }
  const facts = await withTotals(parts, read.facts, read.document, budget)
  await inTransaction(db, async (tx) => takeOver(tx, parts, post, facts))
  return { outcome: 'read' }
}

/** Where the document only names a collection, the collection says how much is in it: one document for each. */
async function withTotals(
  { collections }: RefreshParts,
  facts: PostFacts,
  document: JsonObject,
  budget: FetchBudget,
): Promise<PostFacts> {
  const total = async (fact: CollectionFact, named: unknown): Promise<CollectionFact> => {
    const { uri } = fact
    if (uri === null || typeof named !== 'string') return fact
    return { ...fact, totalItems: await collections.count(uri, facts.uri, budget) }
  }
  return {
    ...facts,
    replies: await total(facts.replies, document['replies'] ?? document['comments']),
    likes: await total(facts.likes, document['likes']),
    shares: await total(facts.shares, document['shares']),
  }
}

async function takeOver(
  tx: Transaction,
  { clock, home }: RefreshParts,
  post: RefreshedPost,
  facts: PostFacts,
): Promise<void> {
  const now = clock.now()
  await noteRead(tx, post.id, now)
  await storeOriginFacts(tx, post.id, originFacts(facts))
  if (isOlder(post, facts)) return
  const known = await findActorReferences(tx, actorUrisOf(facts))
  const actors = await withMentionedActors(tx, [facts], known, (host) => home.isOwnHost(host))
  const editedAt = facts.updated !== null && facts.updated < now ? facts.updated : now
  const content = postContent(facts, actors)
  await updateQuoteFacts(tx, post.id, content)
  const isDated = facts.updated !== null
  // Only what is open to everybody is read again, so nothing has become narrower.
  const change = { postId: post.id, editedAt, isDated, content, visibility: null }
  const edit = await editRemotePost(tx, change, now)
  if (edit === null) return
  await publishToStreams(
    tx,
    edit.shownTo
      .map((actorId): StreamChange => ({ actorId, event: 'status.update', id: post.id }))
      .concat(inOpenStreams('status.update', [post.id])),
  )
  // Whoever spread it is told what it says now; whom it names only now was addressed by the Update that never came.
  const fromActorId = post.author_id
  await tellIdentities(tx, [
    ...edit.boostedBy.map((actorId) => ({ actorId, kind: 'update', fromActorId, postId: post.id }) as const),
    ...edit.quotedBy.map(
      ({ actorId, postId }) => ({ actorId, kind: 'quoted_update', fromActorId, postId }) as const,
    ),
  ])
}

/** An edit has come whose moment the document does not know: a cache on the way still has the former version. */
function isOlder(post: Pick<Row<'posts'>, 'edited_at'>, facts: PostFacts): boolean {
  return post.edited_at !== null && facts.updated === null
}
