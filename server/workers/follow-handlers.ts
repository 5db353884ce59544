/** Handles follows: ours are asked for and taken back, those of us are answered. */
import {
  acceptFollowActivity,
  followActivity,
  rejectFollowActivity,
  undoActivity,
} from '../activitypub/activities.ts'
import type { JsonObject } from '../activitypub/json.ts'
import { activityUri } from '../activitypub/uris.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import type { followGraph } from '../domain/follows/follow-graph.ts'
import { clearTimelineOf } from '../domain/follows/timeline-of-follow.ts'
import { originOfHost } from '../domain/owner/own-uris.ts'
import type { HandlersOf } from '../stator/graph.ts'
import { queue } from './queue.ts'

type Follow = Row<'follows'>
type Party = Pick<Row<'actors'>, 'id' | 'uri' | 'host' | 'is_local'>

interface Parties {
  readonly source: Party
  readonly target: Party
}

export function followHandlers({ db }: { readonly db: Database }): HandlersOf<typeof followGraph> {
  return {
    unrequested: {
      each: async (follow) => {
        await tell(db, follow, 'source', followOf)
        return 'pending_approval'
      },
    },
    accepting: {
      each: async (follow) => {
        await tell(db, follow, 'target', acceptOf)
        return 'accepted'
      },
    },
    rejecting: {
      each: async (follow) => {
        await tell(db, follow, 'target', rejectOf)
        return 'pending_removal'
      },
    },
    undone: {
      each: async (follow) => {
        await tell(db, follow, 'source', undoOf)
        return 'pending_removal'
      },
    },
    pending_removal: {
      each: async (follow) => {
        await inTransaction(db, async (tx) => clearTimelineOf(tx, follow.source_id, follow.target_id))
        return 'removed'
      },
    },
  }
}

type MakeActivity = (follow: Follow, parties: Parties) => JsonObject

/** Tells the other side, where `teller` is ours and the other is not. */
async function tell(
  db: Database,
  follow: Follow,
  teller: 'source' | 'target',
  make: MakeActivity,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const rows = await tx
      .selectFrom('actors')
      .select(['id', 'uri', 'host', 'is_local'])
      .where('id', 'in', [follow.source_id, follow.target_id])
      .execute()
    const source = rows.find((row) => row.id === follow.source_id)
    const target = rows.find((row) => row.id === follow.target_id)
    if (source === undefined || target === undefined) return
    const [signer, other] = teller === 'source' ? [source, target] : [target, source]
    if (!signer.is_local || other.is_local) return
    await queue(tx, {
      signer,
      activity: make(follow, { source, target }),
      // All that the two say to each other about following keeps its order: Undo and a new Follow too.
      objectUri: `${source.uri} follows ${target.uri}`,
      recipients: { actorIds: [other.id], evenBlocked: true },
    })
  })
}

function followOf(follow: Follow, { source, target }: Parties): JsonObject {
  return followActivity({ id: follow.uri, actorUri: source.uri, targetUri: target.uri })
}

function undoOf(follow: Follow, parties: Parties): JsonObject {
  const { source } = parties
  const id = activityUri(originOfHost(source.host), `${follow.id}-undo`)
  return undoActivity({ id, actorUri: source.uri, activity: followOf(follow, parties) })
}

function acceptOf(follow: Follow, parties: Parties): JsonObject {
  return acceptFollowActivity(answerOf('accept', follow, parties))
}

function rejectOf(follow: Follow, parties: Parties): JsonObject {
  return rejectFollowActivity(answerOf('reject', follow, parties))
}

function answerOf(name: 'accept' | 'reject', follow: Follow, { source, target }: Parties) {
  return {
    // A follow may be answered twice: accepted, and the follower removed later.
    id: activityUri(originOfHost(target.host), `${follow.id}-${name}-${follow.state_changed_at.getTime()}`),
    actorUri: target.uri,
    follow: { uri: follow.uri, sourceUri: source.uri, targetUri: target.uri },
  }
}
