/** Handles own posts and boosts: Create or Announce when they are new, Update when they were edited, Delete or Undo at the end. */
import {
  announceActivity,
  createActivity,
  deleteActivity,
  undoActivity,
  updateActivity,
} from '../activitypub/activities.ts'
import type { JsonObject } from '../activitypub/json.ts'
import { tombstoneObject } from '../activitypub/note.ts'
import { loadOwnObjects } from '../activitypub/own-notes.ts'
import { activityUri, postActivityUri } from '../activitypub/uris.ts'
import { PUBLIC } from '../activitypub/vocabulary.ts'
import type { Database, Transaction } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction, wakeWorker } from '../db/transaction.ts'
import { isUnheardOf } from '../domain/archives/read-elsewhere.ts'
import { cardGraph } from '../domain/cards/card-graph.ts'
import { cardLinkOf } from '../domain/cards/card-link.ts'
import { linkCards } from '../domain/cards/link-cards.ts'
import { isCardHost } from '../domain/cards/read-preview.ts'
import { isQueued } from '../domain/fan-outs/queue-activity.ts'
import type { Home } from '../domain/owner/home.ts'
import { originOfHost } from '../domain/owner/own-uris.ts'
import { audienceOfBoost, audienceOfChange, audienceOfPost } from '../domain/posts/audience.ts'
import type { postGraph } from '../domain/posts/post-graph.ts'
import type { HandlersOf } from '../stator/graph.ts'
import { queue } from './queue.ts'

export interface PostHandlerParts {
  readonly db: Database
  /** `/media/`, or the absolute address that own media is served under. */
  readonly mediaUrl: string
  readonly home: Pick<Home, 'isOwnHost' | 'isBlockedDomain'>
  /** False where the owner wants no previews of links. */
  readonly previewCards: boolean
}

type Post = Row<'posts'>
type Author = Row<'actors'>

/** A post with its author, and of a boost what it carries. */
interface Loaded {
  readonly post: Post
  readonly author: Author
  readonly boosted: { readonly uri: string; readonly author_id: string; readonly author_uri: string } | null
}

export function postHandlers(parts: PostHandlerParts): HandlersOf<typeof postGraph> {
  const { db } = parts
  return {
    new: {
      each: async ({ id }) => {
        await inTransaction(db, async (tx) => {
          const loaded = await lockPost(tx, id, false)
          if (loaded === null) return
          if (loaded.boosted === null) {
            await sendPost(tx, loaded, parts)
            await giveCard(tx, loaded, parts)
          } else await sendBoost(tx, loaded)
        })
        return 'fanned_out'
      },
    },
    edited: {
      each: async ({ id }) => {
        await inTransaction(db, async (tx) => {
          const loaded = await lockPost(tx, id, false)
          if (loaded === null) return
          await sendEdit(tx, loaded, parts)
          await giveCard(tx, loaded, parts)
        })
        return 'fanned_out'
      },
    },
    deleted: {
      each: async ({ id }) => {
        await inTransaction(db, async (tx) => {
          const loaded = await lockPost(tx, id, true)
          if (loaded === null || loaded.author.gone_at !== null) return // the Delete of the author says it all
          if (loaded.boosted === null) await sendDeletion(tx, loaded)
          else await sendUndo(tx, loaded)
        })
        return 'deleted_fanned_out'
      },
    },
  }
}

/** The page that an own post links to is read at once. */
async function giveCard(tx: Transaction, { post }: Loaded, parts: PostHandlerParts): Promise<void> {
  if (!parts.previewCards) return
  const url = cardLinkOf(post.content_html, ({ host }) => isCardHost(parts, host))
  if (url === null) return
  await linkCards(tx, [{ postId: post.id, url }])
  await wakeWorker(tx, cardGraph.table)
}

/**
 * The post as it is now, held until the end of the transaction: an edit or a deletion waits for what is queued here, and
 * comes after it.
 */
async function lockPost(tx: Transaction, id: string, isDeleted: boolean): Promise<Loaded | null> {
  const post = await tx.selectFrom('posts').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (post === undefined || !post.is_local || (post.deleted_at !== null) !== isDeleted) return null
  const author = await tx
    .selectFrom('actors')
    .selectAll()
    .where('id', '=', post.author_id)
    .executeTakeFirstOrThrow()
  if (post.boost_of_id === null) return { post, author, boosted: null }
  const boosted = await tx
    .selectFrom('posts')
    .innerJoin('actors', 'actors.id', 'posts.author_id')
    .select(['posts.uri', 'posts.author_id', 'actors.uri as author_uri'])
    .where('posts.id', '=', post.boost_of_id)
    .executeTakeFirst()
  return boosted === undefined ? null : { post, author, boosted }
}

async function sendPost(tx: Transaction, { post, author }: Loaded, parts: PostHandlerParts): Promise<void> {
  const object = await noteOf(tx, post, parts)
  if (object === null) return
  const id = postActivityUri(post.uri)
  // The first run may have been cut off after its transaction, and the post changed since.
  const hasChanged = post.edited_at !== null || post.amended_at !== null
  const wasSent = hasChanged && (await isQueued(tx, id))
  if (wasSent) return sendEdit(tx, { post, author, boosted: null }, parts)
  await queue(tx, {
    signer: author,
    activity: createActivity({ id, actorUri: author.uri, object }),
    objectUri: post.uri,
    recipients: audienceOfPost(post),
  })
}

async function sendEdit(tx: Transaction, { post, author }: Loaded, parts: PostHandlerParts): Promise<void> {
  if (await isUnheardOf(tx, post)) return
  const object = await noteOf(tx, post, parts)
  const updatedAt = latest(post.edited_at, post.amended_at)
  if (object === null || updatedAt === null) return
  const { origin } = new URL(post.uri)
  await queue(tx, {
    signer: author,
    activity: updateActivity({
      id: activityUri(origin, `${post.id}-update-${updatedAt.getTime()}`),
      actorUri: author.uri,
      object,
      updatedAt,
    }),
    objectUri: post.uri,
    recipients: audienceOfChange(post),
  })
}

const latest = (a: Date | null, b: Date | null): Date | null => (a === null || (b !== null && b > a) ? b : a)

async function noteOf(
  tx: Transaction,
  post: Post,
  { mediaUrl }: PostHandlerParts,
): Promise<JsonObject | null> {
  return (await loadOwnObjects(tx, [post], { mediaUrl })).get(post.id) ?? null
}

/** Deliveries about a boost keep their order with those about the boosted post, so that a new boost never overtakes an Undo. */
async function sendBoost(tx: Transaction, { post, author, boosted }: Loaded): Promise<void> {
  if (boosted === null) return
  await queue(tx, {
    signer: author,
    activity: announceOf(post, author, boosted),
    objectUri: boosted.uri,
    recipients: audienceOfBoost(post, boosted),
  })
}

function announceOf(post: Post, author: Author, boosted: NonNullable<Loaded['boosted']>): JsonObject {
  return announceActivity({
    id: post.uri,
    actorUri: author.uri,
    objectUri: boosted.uri,
    objectActorUri: boosted.author_uri,
    followersUri: author.followers_uri ?? `${author.uri}/followers`,
    visibility: post.visibility,
    publishedAt: post.published_at,
  })
}

async function sendUndo(tx: Transaction, { post, author, boosted }: Loaded): Promise<void> {
  if (boosted === null) return
  await queue(tx, {
    signer: author,
    activity: undoActivity({
      id: activityUri(originOfHost(author.host), `${post.id}-undo`),
      actorUri: author.uri,
      activity: announceOf(post, author, boosted),
    }),
    objectUri: boosted.uri,
    recipients: { ...audienceOfBoost(post, boosted), evenBlocked: true },
  })
}

async function sendDeletion(tx: Transaction, { post, author }: Loaded): Promise<void> {
  if (await isUnheardOf(tx, post)) return
  const isPublic = post.visibility === 'public' || post.visibility === 'unlisted'
  const object = tombstoneObject({
    uri: post.uri,
    formerType: isPublic ? post.kind : '',
    deletedAt: post.deleted_at ?? post.state_changed_at,
  })
  await queue(tx, {
    signer: author,
    activity: deleteActivity({
      id: activityUri(originOfHost(author.host), `${post.id}-delete`),
      actorUri: author.uri,
      object,
      to: await addressees(tx, post, author),
    }),
    objectUri: post.uri,
    recipients: { ...audienceOfChange(post), evenBlocked: true },
  })
}

async function addressees(tx: Transaction, post: Post, author: Author): Promise<string[]> {
  if (post.visibility === 'public' || post.visibility === 'unlisted') return [PUBLIC]
  if (post.visibility === 'followers') return [author.followers_uri ?? `${author.uri}/followers`]
  const mentioned = await tx
    .selectFrom('mentions')
    .innerJoin('actors', 'actors.id', 'mentions.actor_id')
    .select('actors.uri')
    .where('mentions.post_id', '=', post.id)
    .orderBy('actors.uri')
    .execute()
  return mentioned.map(({ uri }) => uri)
}
