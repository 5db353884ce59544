/** Accept and Reject: answers of others to follows of this home's identities, which only whom they follow may give. */
import {
  type OwnFollow,
  findOwnFollows,
  followAccepted,
  followRejected,
} from '../../domain/follows/answered-follow.ts'
import { idOf, typeOf } from '../json.ts'
import type { Batch } from './batch.ts'
import type { InboundMessage } from './message.ts'

export async function handleAccepts(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  await handleAnswers(batch, messages, async (follow) => followAccepted(batch.tx, follow, batch.now))
}

/** Also after an Accept: then it takes the follower away. */
export async function handleRejects(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  await handleAnswers(batch, messages, async (follow) => followRejected(batch.tx, follow))
}

/** @param answer  false when there is nothing to answer any more */
async function handleAnswers(
  batch: Batch,
  messages: readonly InboundMessage[],
  answer: (follow: OwnFollow) => Promise<boolean>,
): Promise<void> {
  for (const message of messages) {
    const follow = await answeredFollow(batch, message)
    if (follow === undefined) batch.drop(message, 'it answers no follow of this home')
    else if (await answer(follow)) batch.done(message)
    else batch.drop(message, 'the follow was answered or taken back already')
  }
}

/** By the id of our Follow, else by who follows whom; in both cases the signer must be the one who is followed. */
async function answeredFollow(batch: Batch, message: InboundMessage): Promise<OwnFollow | undefined> {
  const { object, objectUri } = message.activity
  const follows = await findOwnFollows(batch.tx, batch.signerOf(message).id)
  const byId = follows.find(({ uri }) => uri === objectUri)
  if (byId !== undefined || object === null || typeOf(object) !== 'Follow') return byId
  if (idOf(object['object']) !== message.signerUri) return undefined
  const source = batch.identity(idOf(object['actor']))
  return follows.find((follow) => follow.source_id === source?.id)
}
