/** Blocks of this home's identities by somebody elsewhere. */
import type { Querier, Transaction } from '../../db/pool.ts'

export interface IncomingBlock {
  readonly uri: string
  readonly sourceId: string
  readonly targetId: string
}

/** A second block by the same actor is the first. There is nothing to send, so the row is born at its end. */
export async function receiveBlock(tx: Transaction, block: IncomingBlock): Promise<void> {
  await tx
    .insertInto('blocks')
    .values({
      uri: block.uri,
      source_id: block.sourceId,
      target_id: block.targetId,
      state: 'sent',
      state_next_attempt_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** @returns false when there was none */
export async function withdrawBlock(
  tx: Transaction,
  block: { readonly sourceId: string; readonly targetId: string },
): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('blocks')
    .where('source_id', '=', block.sourceId)
    .where('target_id', '=', block.targetId)
    .where('is_mute', '=', false)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** Ids of those elsewhere who block the identity. */
export async function listBlockers(db: Querier, identityId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('blocks')
    .innerJoin('actors', 'actors.id', 'blocks.source_id')
    .select('actors.id')
    .where('blocks.target_id', '=', identityId)
    .where('blocks.is_mute', '=', false)
    .where('blocks.state', 'not in', ['undone', 'undone_sent'])
    .where('actors.domain_id', 'is', null)
    .execute()
  return rows.map(({ id }) => id)
}
