/**
 * Move: somebody lives elsewhere now. Nothing of it is believed before both documents have been read anew; then who
 * followed, blocked or muted the old actor does so with the new one.
 */
import { findActorByUri } from '../../domain/actors/actor.ts'
import { findMoveObstacle, followMove } from '../../domain/moves/follow-move.ts'
import { type Batch, type Want, wantKey } from './batch.ts'
import type { InboundMessage } from './message.ts'

export async function handleMoves(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  for (const message of messages) {
    const reason = await move(batch, message)
    if (reason !== null) batch.drop(message, reason)
  }
}

/** Null where it took effect or is asked for, else why not. */
async function move(batch: Batch, message: InboundMessage): Promise<string | null> {
  const { objectUri, targetUri } = message.activity
  const { signerUri } = message
  if (objectUri !== signerUri) return 'it moves somebody else'
  if (targetUri === null || targetUri === signerUri) return 'it leads nowhere'
  const obstacle = await findMoveObstacle(batch.tx, batch.signerOf(message).id, batch.now)
  if (obstacle !== null) return obstacle
  const want: Want = { kind: 'move', uri: signerUri, targetUri }
  const endUri = batch.confirmed.moves.get(wantKey(want))
  if (endUri === undefined) {
    batch.ask(message, want)
    return null
  }
  const from = await findActorByUri(batch.tx, signerUri)
  const to = await findActorByUri(batch.tx, endUri)
  if (from === undefined || to === undefined) return 'one of the two went away'
  if (!(await followMove(batch.tx, batch.home, { from, to, toUri: targetUri }, batch.now))) {
    return 'another Move of the same actor came first'
  }
  batch.done(message)
  return null
}
