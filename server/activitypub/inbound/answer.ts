/**
 * Accept and Reject: answers of others to follows and quotes by this home's identities, which only who is followed or
 * quoted may give.
 */
import {
  type OwnFollow,
  findOwnFollows,
  followAccepted,
  followRejected,
} from '../../domain/follows/answered-follow.ts'
import { type QuoteAnswer, quoteAnswered, quoteRefused } from '../../domain/quotes/own-quotes.ts'
import { sameOrigin } from '../../net/origin.ts'
import { idOf, typeOf } from '../json.ts'
import type { Batch } from './batch.ts'
import type { InboundMessage } from './message.ts'

export async function handleAccepts(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  await handleAnswers(batch, messages, {
    follow: async (follow) => followAccepted(batch.tx, follow, batch.now),
    quote: async (message) => acceptQuote(batch, message),
  })
}

/** Also after an Accept: then it takes the follower away. */
export async function handleRejects(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  await handleAnswers(batch, messages, {
    follow: async (follow) => followRejected(batch.tx, follow),
    quote: async (message) => quoteRefused(batch.tx, quoteAnswerOf(batch, message)),
  })
}

/** False when there is nothing to answer, or nothing any more. */
interface Effects {
  readonly follow: (follow: OwnFollow) => Promise<boolean>
  readonly quote: (message: InboundMessage) => Promise<boolean>
}

async function handleAnswers(
  batch: Batch,
  messages: readonly InboundMessage[],
  effects: Effects,
): Promise<void> {
  for (const message of messages) {
    const follow = isQuoteAnswer(message) ? undefined : await answeredFollow(batch, message)
    if (follow === undefined) {
      if (await effects.quote(message)) batch.done(message)
      else batch.drop(message, 'it answers no follow and no quote of this home')
    } else if (await effects.follow(follow)) batch.done(message)
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

function isQuoteAnswer({ activity: { object } }: InboundMessage): boolean {
  return object !== null && typeOf(object) === 'QuoteRequest'
}

/** The stamp stands on the origin of who gives it, or it is none (rule 69); what it says is read there. */
async function acceptQuote(batch: Batch, message: InboundMessage): Promise<boolean> {
  const { resultUri } = message.activity
  if (resultUri === null || !sameOrigin(resultUri, message.signerUri)) return false
  return quoteAnswered(batch.tx, quoteAnswerOf(batch, message), resultUri)
}

/** By the id of our request, else by what it asked. */
function quoteAnswerOf(batch: Batch, message: InboundMessage): QuoteAnswer {
  const { object, objectUri } = message.activity
  const request = isQuoteAnswer(message) ? object : null
  return {
    actorId: batch.signerOf(message).id,
    requestUri: objectUri,
    quotingUri: request === null ? null : idOf(request['instrument']),
    quotedUri: request === null ? null : idOf(request['object']),
  }
}
