/**
 * Reads what of a profile stands in collections: how many follow and are followed, how many posts there are, what is
 * pinned, which hashtags are shown. All within the budget of one trigger (rule 32).
 */
import type { Clock } from '../core/clock.ts'
import type { Database } from '../db/pool.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Actor } from '../domain/actors/actor.ts'
import { findAskableActor } from '../domain/actors/askable-actors.ts'
import { findAuthorsPosts } from '../domain/posts/find-remote.ts'
import type { Home } from '../domain/owner/home.ts'
import { MAX_REMOTE_FEATURED, replaceFeaturedHashtags } from '../domain/profiles/featured-hashtags.ts'
import { type OriginCounts, profileWasRead, storeOriginCounts } from '../domain/profiles/profile-readings.ts'
import { MAX_REMOTE_PINS, replacePins } from '../domain/profiles/remote-pins.ts'
import type { Dereferencer } from './dereference.ts'
import { FetchBudget } from './fetch-budget.ts'
import { parseOutboxItems } from './outbox-items.ts'
import type { PostFacts } from './parse-object.ts'
import { parseTags } from './parse-tags.ts'
import type { PageReading, RemoteCollections } from './remote-collections.ts'

export interface ProfileParts {
  readonly db: Database
  readonly clock: Clock
  readonly home: Home
  readonly dereferencer: Dereferencer
  readonly collections: RemoteCollections
}

export type ProfileReading =
  | { readonly kind: 'read' }
  /** Nobody may be asked, or nobody will answer. */
  | { readonly kind: 'unread'; readonly note: string }
  | { readonly kind: 'again'; readonly reason: string }

/** Pages of a collection of a handful of things. */
const MOST_PAGES = 2

/** Items of a short collection; null where it is not shown, and what is known stands. */
type Items = readonly unknown[] | null

export async function readProfile(parts: ProfileParts, actorId: string): Promise<ProfileReading> {
  const { db, clock, home, dereferencer } = parts
  const known = await findAskableActor(db, home, actorId)
  if (known === undefined) return { kind: 'unread', note: 'nobody asks there' }
  const actor = known.fetched_at === null ? await dereferencer.actorByUri(known.uri) : known
  if (actor === null) return { kind: 'unread', note: 'its document cannot be read' }
  const budget = new FetchBudget(clock, { ancestors: 0 })
  const pinned = await readItems(parts, actor, actor.featured_uri, MAX_REMOTE_PINS, budget)
  // Whoever does not answer this does not answer the rest either.
  if (typeof pinned === 'string') return { kind: 'again', reason: pinned }
  const tags = await readItems(parts, actor, actor.featured_tags_uri, MAX_REMOTE_FEATURED, budget)
  if (typeof tags === 'string') return { kind: 'again', reason: tags }
  const counts = await readCounts(parts, actor, budget)
  const posts = pinned === null ? null : await readPinned(parts, actor, pinned, budget)
  await inTransaction(db, async (tx) => {
    await storeOriginCounts(tx, actor.id, counts)
    if (posts !== null) {
      await dereferencer.storePosts(tx, posts.embedded)
      const found = await findAuthorsPosts(tx, actor.id, posts.uris)
      const ids = new Map(found.map(({ uri, id }) => [uri, id]))
      await replacePins(
        tx,
        actor.id,
        posts.uris.flatMap((uri) => ids.get(uri) ?? []),
      )
    }
    if (tags !== null) await replaceFeaturedHashtags(tx, actor.id, hashtagsOf(tags))
    await profileWasRead(tx, actor.id, clock.now())
  })
  return { kind: 'read' }
}

/** @returns a text where the other side may answer another time */
async function readItems(
  { collections }: ProfileParts,
  actor: Actor,
  uri: string | null,
  most: number,
  budget: FetchBudget,
): Promise<Items | string> {
  if (uri === null) return null
  const items: unknown[] = []
  let next: string | null = null
  for (let page = 0; page < MOST_PAGES && items.length < most; page += 1) {
    const reading: PageReading = await (next === null
      ? collections.open(uri, actor.uri, budget)
      : collections.page(next, actor.uri, budget))
    if (reading.outcome === 'unavailable') return reading.reason
    if (reading.outcome !== 'found' || reading.isHidden) return page === 0 ? null : items
    items.push(...reading.page.items)
    next = reading.page.nextUri
    if (next === null) break
  }
  return items.slice(0, most)
}

async function readCounts(
  { collections }: ProfileParts,
  actor: Actor,
  budget: FetchBudget,
): Promise<OriginCounts> {
  const count = async (uri: string | null): Promise<number | null> =>
    uri === null ? null : collections.count(uri, actor.uri, budget)
  return {
    followers: await count(actor.followers_uri),
    following: await count(actor.following_uri),
    posts: await count(actor.outbox_uri),
  }
}

/** Posts that stand in the collection themselves are stored by the caller, those that are only named are read here. */
async function readPinned(
  { dereferencer }: ProfileParts,
  actor: Actor,
  items: readonly unknown[],
  budget: FetchBudget,
): Promise<{ readonly uris: string[]; readonly embedded: PostFacts[] }> {
  const uris: string[] = []
  const embedded: PostFacts[] = []
  for (const item of parseOutboxItems(items, actor)) {
    if (item.kind === 'boost') continue
    if (item.kind === 'post') {
      if (pinRefusal(actor, item.facts) === null) embedded.push(item.facts)
    } else {
      await dereferencer.readPost(item.uri, { budget, refusalOf: (facts) => pinRefusal(actor, facts) })
    }
    uris.push(item.uri)
  }
  return { uris, embedded }
}

function pinRefusal(actor: Pick<Actor, 'uri'>, facts: PostFacts): string | null {
  if (facts.actorUri !== actor.uri) return `it is by ${facts.actorUri}`
  return facts.visibility === 'public' || facts.visibility === 'unlisted' ? null : 'it is not for everybody'
}

function hashtagsOf(items: readonly unknown[]): string[] {
  return parseTags(items).hashtags.map(({ name }) => name)
}
