/** One page of an outbox: its posts and boosts are judged, fetched where they are only named, and stored together. */
import type { Clock } from '../core/clock.ts'
import type { Database, Transaction } from '../db/pool.ts'
import { inTransaction } from '../db/transaction.ts'
import { type Actor, listIdentities } from '../domain/actors/actor.ts'
import type { NotificationDraft } from '../domain/notifications/create-notifications.ts'
import { type OutboxSweep, noteSweptPage } from '../domain/outboxes/outbox-sweeps.ts'
import { type PostReference, findAuthorsPosts, findPostReferences } from '../domain/posts/find-remote.ts'
import { type BoostRecord, ingestBoosts } from '../domain/posts/ingest-boosts.ts'
import { tellIdentities } from '../domain/posts/local-effects.ts'
import { addTaggedToTimelines, addToTimelines } from '../domain/timelines/add-to-timelines.ts'
import { listRelations } from '../domain/timelines/list-relations.ts'
import type { Dereferencer } from './dereference.ts'
import type { FetchBudget } from './fetch-budget.ts'
import { type OutboxItem, parseOutboxItems } from './outbox-items.ts'
import type { CollectionPageFacts } from './parse-collection.ts'
import type { PostFacts } from './parse-object.ts'
import { isAddressed, toldOf } from './told-of-post.ts'

interface PageParts {
  readonly db: Database
  readonly clock: Clock
  readonly dereferencer: Dereferencer
}

export interface TakenPage {
  /** Posts and boosts of the owner, new ones and known ones. */
  readonly found: number
  /** The page goes back beyond what is wanted. */
  readonly isPastEnd: boolean
  /** The budget ended before the page did. */
  readonly isCutOff: boolean
}

export class SweptPages {
  readonly #parts: PageParts

  constructor(parts: PageParts) {
    this.#parts = parts
  }

  async of(sweep: OutboxSweep, owner: Actor, budget: FetchBudget): Promise<SweptPageReader> {
    const { db } = this.#parts
    const relations = await listRelations(db, [owner.id])
    const isFollowed = relations.some(({ follows }) => follows)
    const identities = await listIdentities(db)
    return new SweptPageReader(this.#parts, { sweep, owner, budget, isFollowed, identities })
  }
}

interface Swept {
  readonly sweep: OutboxSweep
  readonly owner: Actor
  readonly budget: FetchBudget
  readonly isFollowed: boolean
  readonly identities: readonly Actor[]
}

/** What one page comes to, while it is gone through. */
class Harvest {
  readonly uris: string[] = []
  readonly posts: PostFacts[] = []
  readonly boosts: BoostRecord[] = []
  /** Posts that were not known before, whether they are stored already or not. */
  readonly news: PostFacts[] = []
  isPastEnd = false
  isCutOff = false
}

class SweptPageReader {
  readonly #parts: PageParts
  readonly #swept: Swept
  /** When the last thing on the page was written: what does not say so was written about then. */
  #lastAt: Date

  constructor(parts: PageParts, swept: Swept) {
    this.#parts = parts
    this.#swept = swept
    this.#lastAt = swept.owner.published_at ?? swept.owner.created_at
  }

  /**
   * @param pageUri  where the page is; null for the first
   * @returns null when the sweep began anew meanwhile: nothing was kept then
   */
  async take(page: CollectionPageFacts, pageUri: string | null): Promise<TakenPage | null> {
    const parsed = parseOutboxItems(page.items, this.#swept.owner)
    const known = await findPostReferences(
      this.#parts.db,
      parsed.flatMap((item) => (item.kind === 'boost' ? [item.uri, item.objectUri] : [item.uri])),
    )
    const harvest = new Harvest()
    for (const item of parsed) {
      await this.#pick(item, known, harvest)
      if (harvest.isCutOff) break
    }
    // A page that was not read to its end is read again from its beginning.
    const goesOnAt = harvest.isCutOff ? pageUri : page.nextUri
    const isKept = await inTransaction(this.#parts.db, async (tx) => this.#keep(tx, harvest, goesOnAt))
    const { isPastEnd, isCutOff } = harvest
    return isKept ? { found: harvest.uris.length, isPastEnd, isCutOff } : null
  }

  async #pick(item: OutboxItem, known: ReadonlyMap<string, PostReference>, harvest: Harvest): Promise<void> {
    const stored = known.get(item.uri)
    if (stored !== undefined) {
      const isOwn = stored.author_id === this.#swept.owner.id
      if (isOwn && this.#isWanted(stored.published_at, harvest)) harvest.uris.push(item.uri)
    } else if (item.kind === 'boost') await this.#pickBoost(item, known, harvest)
    else if (item.kind === 'link') await this.#pickLink(item.uri, harvest)
    else this.#pickPost(item.facts, harvest)
  }

  #pickPost(facts: PostFacts, harvest: Harvest): void {
    if (this.#refusalOf(facts) !== null || !this.#isWanted(facts.published, harvest)) return
    const dated = { ...facts, published: facts.published ?? this.#lastAt }
    harvest.posts.push(dated)
    harvest.news.push(dated)
    harvest.uris.push(facts.uri)
  }

  /** Read and stored at its own id. What comes after something old is older still. */
  async #pickLink(uri: string, harvest: Harvest): Promise<void> {
    const { budget } = this.#swept
    if (harvest.isPastEnd) return
    if (budget.isSpent) {
      harvest.isCutOff = true
      return
    }
    const read: { facts: PostFacts | null } = { facts: null }
    const reading = await this.#parts.dereferencer.readPost(uri, {
      budget,
      refusalOf: (facts) => {
        read.facts = facts
        return this.#refusalOf(facts) ?? (this.#isWanted(facts.published, harvest) ? null : 'it is too old')
      },
    })
    if (reading.outcome !== 'found' || reading.post.author_id !== this.#swept.owner.id) return
    harvest.uris.push(reading.post.uri)
    if (read.facts !== null) harvest.news.push(read.facts)
  }

  async #pickBoost(
    item: Extract<OutboxItem, { kind: 'boost' }>,
    known: ReadonlyMap<string, PostReference>,
    harvest: Harvest,
  ): Promise<void> {
    const { owner, isFollowed, budget } = this.#swept
    if (!this.#isWanted(item.publishedAt, harvest)) return
    let boosted: Pick<PostReference, 'id' | 'visibility' | 'boost_of_id'> | undefined = known.get(
      item.objectUri,
    )
    // Whoever only looks at a profile makes this home ask one server, not fifty.
    if (boosted === undefined && isFollowed) {
      if (budget.isSpent) {
        harvest.isCutOff = true
        return
      }
      const options = { budget, refusalOf: (facts: PostFacts) => notForEverybody(item.objectUri, facts) }
      const reading = await this.#parts.dereferencer.readPost(item.objectUri, options)
      if (reading.outcome === 'found') boosted = reading.post
    }
    const isOpen = boosted?.visibility === 'public' || boosted?.visibility === 'unlisted'
    if (boosted === undefined || boosted.boost_of_id !== null || !isOpen || item.visibility === 'direct')
      return
    const { uri, visibility, publishedAt } = item
    harvest.boosts.push({
      uri,
      authorId: owner.id,
      boostOfId: boosted.id,
      visibility,
      publishedAt: publishedAt ?? this.#lastAt,
    })
    harvest.uris.push(uri)
  }

  /** Only what may concern somebody here is stored (rule 29). */
  #refusalOf(facts: PostFacts): string | null {
    const { owner, isFollowed, identities } = this.#swept
    if (facts.actorUri !== owner.uri) return `it is by ${facts.actorUri}`
    if (facts.pollVote !== null) return 'it is a vote'
    if (facts.visibility === 'public' || facts.visibility === 'unlisted') return null
    if (facts.visibility === 'followers' && isFollowed) return null
    const isForUs = identities.some((identity) => isAddressed(facts, identity))
    return isForUs ? null : 'it is for somebody else'
  }

  #isWanted(writtenAt: Date | null, harvest: Harvest): boolean {
    const { until_at: untilAt } = this.#swept.sweep
    const at = writtenAt ?? this.#lastAt
    if (writtenAt !== null) {
      this.#lastAt = writtenAt
      harvest.isPastEnd = untilAt !== null && writtenAt < untilAt
    }
    return untilAt === null || at >= untilAt
  }

  async #keep(tx: Transaction, harvest: Harvest, goesOnAt: string | null): Promise<boolean> {
    const { sweep, owner } = this.#swept
    const isOurs = await noteSweptPage(tx, sweep, goesOnAt, harvest.uris.length)
    if (!isOurs) return false
    const { posts, linkedIds } = await this.#parts.dereferencer.storePosts(tx, harvest.posts)
    await ingestBoosts(tx, harvest.boosts, this.#parts.clock.now())
    const found = await findAuthorsPosts(tx, owner.id, harvest.uris)
    const shown = sweep.fills_timelines ? found.map(({ id }) => id) : []
    await addToTimelines(tx, [...shown, ...linkedIds])
    await addTaggedToTimelines(
      tx,
      posts.map(({ id }) => id),
    )
    if (sweep.purpose === 'catch_up') {
      const byUri = new Map(found.map((post) => [post.uri, post]))
      await tellIdentities(
        tx,
        harvest.news.flatMap((facts) => this.#drafts(facts, byUri.get(facts.uri))),
      )
    }
    return true
  }

  /** Who was named while nobody was at home is told now. */
  #drafts(
    facts: PostFacts,
    post: { readonly id: string; readonly in_reply_to_author_id: string | null } | undefined,
  ): NotificationDraft[] {
    if (post === undefined) return []
    const { owner, identities } = this.#swept
    return toldOf(identities, facts, post.in_reply_to_author_id).map(({ id }) => ({
      actorId: id,
      kind: 'mention',
      fromActorId: owner.id,
      postId: post.id,
    }))
  }
}

function notForEverybody(uri: string, facts: PostFacts): string | null {
  if (facts.uri !== uri) return `it is ${facts.uri}`
  return facts.visibility === 'public' || facts.visibility === 'unlisted' ? null : 'it is not for everybody'
}
