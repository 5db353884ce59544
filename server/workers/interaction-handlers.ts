/**
 * Handles likes and reactions by identities of this home: Like or EmojiReact, and Undo when they are taken back. The author
 * alone is told; the deliveries about one post keep their order.
 */
import { undoActivity } from '../activitypub/activities.ts'
import { interactionActivity, typeOfInteraction } from '../activitypub/own-interaction.ts'
import { activityUri } from '../activitypub/uris.ts'
import type { JsonObject } from '../activitypub/json.ts'
import type { Database, Transaction } from '../db/pool.ts'
import { inTransaction } from '../db/transaction.ts'
import {
  type OwnInteraction,
  findInteraction,
  findOtherLike,
} from '../domain/interactions/find-own-interaction.ts'
import type { interactionGraph } from '../domain/interactions/interaction-graph.ts'
import { originOfHost } from '../domain/owner/own-uris.ts'
import type { HandlersOf } from '../stator/graph.ts'
import { queue } from './queue.ts'

export function interactionHandlers({ db }: { readonly db: Database }): HandlersOf<typeof interactionGraph> {
  return {
    new: {
      each: async ({ id }) => {
        await inTransaction(db, async (tx) => {
          const interaction = await findInteraction(tx, id)
          if (interaction !== undefined) await say(tx, interaction)
        })
        return 'fanned_out'
      },
    },
    undone: {
      each: async ({ id }) => {
        await inTransaction(db, async (tx) => {
          const interaction = await findInteraction(tx, id)
          if (interaction !== undefined) await takeBack(tx, interaction)
        })
        return 'undone_fanned_out'
      },
    },
  }
}

async function say(tx: Transaction, interaction: OwnInteraction): Promise<void> {
  if (interaction.emoji !== null) {
    const sent_as = typeOfInteraction(interaction)
    await tx.updateTable('interactions').set({ sent_as }).where('id', '=', interaction.id).execute()
  }
  await tell(tx, interaction, interactionActivity(interaction), false)
}

async function takeBack(tx: Transaction, interaction: OwnInteraction): Promise<void> {
  const { id, actor_uri: actorUri, actor_host: host } = interaction
  const undoId = activityUri(originOfHost(host), `${id}-undo`)
  const activity = interactionActivity(interaction)
  await tell(tx, interaction, undoActivity({ id: undoId, actorUri, activity }), true)
  if (typeOfInteraction(interaction) === 'Like') await sayOtherAgain(tx, interaction)
}

/**
 * Most servers keep one Like of an actor on a post, whatever its emoji, and forget it with any Undo: what still stands is
 * said again.
 */
async function sayOtherAgain(tx: Transaction, undone: OwnInteraction): Promise<void> {
  const other = await findOtherLike(tx, undone)
  if (other === undefined) return
  const id = activityUri(originOfHost(other.actor_host), `${other.id}-after-${undone.id}`)
  await tell(tx, other, interactionActivity(other, id), false)
}

async function tell(
  tx: Transaction,
  { actor_id, actor_host, object_uri, recipient_id }: OwnInteraction,
  activity: JsonObject,
  evenBlocked: boolean,
): Promise<void> {
  await queue(tx, {
    signer: { id: actor_id, host: actor_host },
    activity,
    objectUri: object_uri,
    recipients: { actorIds: [recipient_id], evenBlocked },
  })
}
