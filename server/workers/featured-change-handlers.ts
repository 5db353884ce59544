/** Tells followers what an identity features: Add for what is there now, Remove for what is not. */
import { featuredActivity } from '../activitypub/activities.ts'
import type { JsonObject } from '../activitypub/json.ts'
import { hashtagTag } from '../activitypub/note-parts.ts'
import { activityUri } from '../activitypub/uris.ts'
import { PUBLIC } from '../activitypub/vocabulary.ts'
import type { Database, Transaction } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { findIdentity } from '../domain/actors/actor.ts'
import { hashtagPageUrl, originOfHost } from '../domain/owner/own-uris.ts'
import type { featuredChangeGraph } from '../domain/profiles/featured-change-graph.ts'
import { lockFeatured } from '../domain/profiles/featured-changes.ts'
import { hashtagKey } from '../domain/text/scan-text.ts'
import type { HandlersOf } from '../stator/graph.ts'
import { queue } from './queue.ts'

type Change = Row<'featured_changes'>
type Identity = Row<'actors'>

interface Featured {
  readonly object: JsonObject | string
  /** Names it among all that the identity features. */
  readonly name: string
  readonly isThere: boolean
  /** Only followers may see it. */
  readonly isForFollowers: boolean
}

export function featuredChangeHandlers({
  db,
}: {
  readonly db: Database
}): HandlersOf<typeof featuredChangeGraph> {
  return {
    new: {
      each: async (change) => {
        await inTransaction(db, async (tx) => tellFollowers(tx, change))
        return 'sent'
      },
    },
  }
}

async function tellFollowers(tx: Transaction, change: Change): Promise<void> {
  await lockFeatured(tx, change.actor_id)
  const identity = await findIdentity(tx, change.actor_id)
  const { featured_uri: targetUri } = identity ?? { featured_uri: null }
  if (identity === undefined || targetUri === null) return
  const featured =
    change.post_id === null
      ? await findHashtag(tx, identity, change.hashtag ?? '')
      : await findPost(tx, identity, change.post_id)
  if (featured === null) return
  const { object, name, isThere, isForFollowers } = featured
  await queue(tx, {
    signer: identity,
    activity: featuredActivity(isThere ? 'Add' : 'Remove', {
      id: activityUri(originOfHost(identity.host), `${change.id}-featured`),
      actorUri: identity.uri,
      targetUri,
      object,
      to: isForFollowers ? [identity.followers_uri ?? `${identity.uri}/followers`] : [PUBLIC],
    }),
    objectUri: `${identity.uri} features ${name}`,
    recipients: { followersOf: identity.id },
  })
}

/** A post that is deleted leaves the profile without a word of its own: its Delete says it all. */
async function findPost(tx: Transaction, identity: Identity, postId: string): Promise<Featured | null> {
  const post = await tx
    .selectFrom('posts')
    .leftJoin('pins', (join) =>
      join.onRef('pins.post_id', '=', 'posts.id').on('pins.actor_id', '=', identity.id),
    )
    .select(['posts.uri', 'posts.visibility', 'pins.id as pin_id'])
    .where('posts.id', '=', postId)
    .where('posts.deleted_at', 'is', null)
    .executeTakeFirst()
  if (post === undefined) return null
  return {
    object: post.uri,
    name: post.uri,
    isThere: post.pin_id !== null,
    isForFollowers: post.visibility === 'followers',
  }
}

async function findHashtag(tx: Transaction, identity: Identity, name: string): Promise<Featured> {
  const row = await tx
    .selectFrom('featured_hashtags')
    .innerJoin('hashtags', 'hashtags.id', 'featured_hashtags.hashtag_id')
    .select('featured_hashtags.id')
    .where('featured_hashtags.actor_id', '=', identity.id)
    .where('hashtags.name', '=', hashtagKey(name))
    .executeTakeFirst()
  return {
    object: hashtagTag({ name, url: hashtagPageUrl(originOfHost(identity.host), hashtagKey(name)) }),
    name: `#${hashtagKey(name)}`,
    isThere: row !== undefined,
    isForFollowers: false,
  }
}
