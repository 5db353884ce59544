/** Handles likes by identities of this home: Like, and Undo when it is taken back. */
import { likeActivity, undoActivity } from '../activitypub/activities.ts'
import type { JsonObject } from '../activitypub/json.ts'
import { activityUri } from '../activitypub/uris.ts'
import type { Database, Transaction } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import type { interactionGraph } from '../domain/interactions/interaction-graph.ts'
import { originOfHost } from '../domain/owner/own-uris.ts'
import type { HandlersOf } from '../stator/graph.ts'
import { queue } from './queue.ts'

export function interactionHandlers({ db }: { readonly db: Database }): HandlersOf<typeof interactionGraph> {
  return {
    new: {
      each: async (like) => {
        await inTransaction(db, async (tx) => tellAuthor(tx, like, false))
        return 'fanned_out'
      },
    },
    undone: {
      each: async (like) => {
        await inTransaction(db, async (tx) => tellAuthor(tx, like, true))
        return 'undone_fanned_out'
      },
    },
  }
}

/** The author alone is told; the deliveries about one post keep their order. */
async function tellAuthor(tx: Transaction, like: Row<'interactions'>, isUndone: boolean): Promise<void> {
  const facts = await tx
    .selectFrom('interactions')
    .innerJoin('actors as liker', 'liker.id', 'interactions.actor_id')
    .innerJoin('posts', 'posts.id', 'interactions.post_id')
    .innerJoin('actors as author', 'author.id', 'posts.author_id')
    .select(['liker.id', 'liker.host', 'liker.uri', 'liker.is_local'])
    .select(['posts.uri as post_uri', 'author.id as author_id', 'author.uri as author_uri'])
    .where('interactions.id', '=', like.id)
    .executeTakeFirst()
  if (facts === undefined || !facts.is_local) return
  const { uri: actorUri } = facts
  const liked: JsonObject = likeActivity({
    id: like.uri,
    actorUri,
    objectUri: facts.post_uri,
    recipientUri: facts.author_uri,
  })
  const id = activityUri(originOfHost(facts.host), `${like.id}-undo`)
  await queue(tx, {
    signer: { id: facts.id, host: facts.host },
    activity: isUndone ? undoActivity({ id, actorUri, activity: liked }) : liked,
    objectUri: facts.post_uri,
    recipients: { actorIds: [facts.author_id], evenBlocked: isUndone },
  })
}
