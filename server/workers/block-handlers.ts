/** Handles blocks and mutes: a Block is sent unless it is private, a mute is not; both may end at their moment. */
import { blockActivity, undoActivity } from '../activitypub/activities.ts'
import { activityUri } from '../activitypub/uris.ts'
import type { Clock } from '../core/clock.ts'
import type { Database, Transaction } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction, notify } from '../db/transaction.ts'
import type { blockGraph } from '../domain/blocks/block-graph.ts'
import { originOfHost } from '../domain/owner/own-uris.ts'
import { type HandlersOf, again } from '../stator/graph.ts'
import { queue } from './queue.ts'

interface BlockHandlerParts {
  readonly db: Database
  readonly clock: Clock
}

export function blockHandlers({ db, clock }: BlockHandlerParts): HandlersOf<typeof blockGraph> {
  return {
    new: {
      each: async (block) => {
        if (isTold(block)) await inTransaction(db, async (tx) => tellBlocked(tx, block, false))
        return block.expires_at === null ? 'sent' : 'awaiting_expiry'
      },
    },
    awaiting_expiry: {
      each: async (block) => {
        const seconds = ((block.expires_at ?? new Date(0)).getTime() - clock.now().getTime()) / 1000
        if (seconds > 0) return again({ afterSeconds: seconds, isUncounted: true })
        await notify(db, 'changed', 'blocks')
        return 'undone'
      },
    },
    undone: {
      each: async (block) => {
        if (isTold(block)) await inTransaction(db, async (tx) => tellBlocked(tx, block, true))
        return 'undone_sent'
      },
    },
  }
}

/** What was not told when it began is not told when it ends. */
const isTold = (block: Row<'blocks'>): boolean => !block.is_mute && !block.is_private

async function tellBlocked(tx: Transaction, block: Row<'blocks'>, isUndone: boolean): Promise<void> {
  const rows = await tx
    .selectFrom('actors')
    .select(['id', 'uri', 'host', 'is_local'])
    .where('id', 'in', [block.source_id, block.target_id])
    .execute()
  const source = rows.find((row) => row.id === block.source_id)
  const target = rows.find((row) => row.id === block.target_id)
  if (source === undefined || target === undefined || !source.is_local || target.is_local) return
  const blocked = blockActivity({ id: block.uri, actorUri: source.uri, targetUri: target.uri })
  const id = activityUri(originOfHost(source.host), `${block.id}-undo`)
  await queue(tx, {
    signer: source,
    activity: isUndone ? undoActivity({ id, actorUri: source.uri, activity: blocked }) : blocked,
    objectUri: `${source.uri} blocks ${target.uri}`,
    recipients: { actorIds: [target.id], evenBlocked: true },
  })
}
