/** Block: of an identity here. Whoever blocks is not followed any more, and sees nothing of the identity. */
import { receiveBlock } from '../../domain/blocks/receive-block.ts'
import { endFollowsBetween } from '../../domain/follows/receive-follow.ts'
import type { Batch } from './batch.ts'
import type { InboundMessage } from './message.ts'

export async function handleBlocks(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  for (const message of messages) {
    const target = batch.identity(message.activity.objectUri)
    if (target === undefined) {
      batch.drop(message, 'whom it blocks is no identity of this home')
      continue
    }
    const source = batch.signerOf(message)
    const uri = message.activity.id ?? `${message.signerUri}#blocks/${target.id}`
    await receiveBlock(batch.tx, { uri, sourceId: source.id, targetId: target.id })
    await endFollowsBetween(batch.tx, target.id, source.id)
    batch.done(message)
  }
}
