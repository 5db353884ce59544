/** A received activity once more, as after an update of this program: what had its effect before has it only once. */
import { sql } from 'kysely'
import type { InspectorReplay } from '../../contracts/inspector.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import { moveRows, redrive } from '../../stator/move.ts'
import { inboxMessageGraph } from '../inbox/inbox-message-graph.ts'

/** @throws HomebirdError NOT_FOUND where no such activity was received */
export async function replayMessage(tx: Transaction, id: string): Promise<InspectorReplay> {
  const row = await tx
    .selectFrom('inbox_messages')
    .select(['state', sql<boolean>`body is not null`.as('has_body')])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) throw new HomebirdError('NOT_FOUND', `no received activity ${id}`)
  if (!row.has_body) return { outcome: 'body_forgotten' }
  if (row.state === 'received') {
    const redriven = await redrive(tx, inboxMessageGraph, [id])
    return { outcome: redriven.length > 0 ? 'received' : 'waiting' }
  }
  await moveRows(tx, inboxMessageGraph, [id], 'received', { priority: 0 })
  await tx
    .updateTable('inbox_messages')
    .set({ dropped_because: null, proof: null, tries: null })
    .where('id', '=', id)
    .execute()
  return { outcome: 'received' }
}
