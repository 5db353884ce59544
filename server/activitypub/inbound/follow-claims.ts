/** What senders told of their followers here, beside their activities: compared where it is about our own host. */
import { compareFollows } from '../../domain/follows/compare-follows.ts'
import type { Batch } from './batch.ts'
import type { InboundMessage } from './message.ts'

/**
 * Only lists of the host that signs our requests can be read, so only those are compared. Costs nothing where nobody
 * tells anything. @see FEP-8fcf
 */
export async function compareClaims(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  if (messages.every(({ followOffer }) => followOffer === null)) return
  const { host } = batch.home.instanceActor()
  const claims = messages.flatMap(({ followOffer, signerUri }) => {
    const signer = batch.actors.get(signerUri)
    if (followOffer === null || signer === undefined || signer.is_local || signer.gone_at !== null) return []
    const { collectionUri, url, digest } = followOffer
    if (followOffer.host !== host || signer.followers_uri !== collectionUri) return []
    return [{ actorId: signer.id, actorHost: signer.host, url, digest }]
  })
  await compareFollows(batch.tx, claims, host)
}
