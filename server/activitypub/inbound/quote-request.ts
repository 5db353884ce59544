/**
 * QuoteRequest: somebody asks to quote a post of this home. The answer follows from the policy of the post at once: an
 * Accept with the stamp that is served from then on, or a Reject (FEP-044f).
 */
import { hash } from 'node:crypto'
import { queueActivity } from '../../domain/fan-outs/queue-activity.ts'
import { originOfHost } from '../../domain/owner/own-uris.ts'
import { findVisiblePost } from '../../domain/posts/find-post.ts'
import type { PostReference } from '../../domain/posts/find-remote.ts'
import { giveAuthorization } from '../../domain/quotes/authorizations.ts'
import { findPermission } from '../../domain/quotes/quote-policy.ts'
import type { ActorReference } from '../../domain/actors/actor.ts'
import { sameOrigin } from '../../net/origin.ts'
import { blockedReference } from '../blocked-reference.ts'
import type { JsonObject } from '../json.ts'
import { type PostFacts, parsePost } from '../parse-object.ts'
import { acceptQuoteActivity, rejectQuoteActivity } from '../quote-activities.ts'
import { activityUri } from '../uris.ts'
import type { Batch } from './batch.ts'
import { storeIncoming } from './create.ts'
import type { InboundMessage } from './message.ts'

interface QuoteRequest {
  readonly message: InboundMessage
  readonly requestUri: string
  readonly quoted: PostReference
  readonly identity: ActorReference
  readonly quotingUri: string
  /** The quoting post, where the request carries it. */
  readonly facts: PostFacts | null
}

export async function handleQuoteRequests(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  await batch.loadPosts(
    messages.flatMap(({ activity }) =>
      [activity.objectUri, activity.instrumentUri].filter((uri) => uri !== null),
    ),
  )
  for (const message of messages) {
    const request = await readRequest(batch, message)
    if (typeof request === 'string') batch.drop(message, request)
    else if (request !== null) await answer(batch, request)
  }
}

/** The request, or why it is none; null when another server has to be asked first. */
async function readRequest(batch: Batch, message: InboundMessage): Promise<QuoteRequest | string | null> {
  const { id: requestUri, objectUri, instrument, instrumentUri } = message.activity
  if (requestUri === null || objectUri === null || instrumentUri === null) {
    return 'it names no post that quotes, or has no id'
  }
  if (!sameOrigin(instrumentUri, message.signerUri))
    return 'the quoting post is not on the origin of its actor'
  const quoted = batch.posts.get(objectUri)
  const identity = batch.identities.find(({ id }) => id === quoted?.author_id)
  const isThere = quoted !== undefined && identity !== undefined && quoted.boost_of_id === null
  if (!isThere || !(await isKnownTo(batch, message, quoted)))
    return 'what it asks to quote was not written here'
  const head = { message, requestUri, quoted, identity, quotingUri: instrumentUri }
  if (instrument !== null && instrument['attributedTo'] !== undefined) {
    const facts = readQuoting(batch, message, instrument)
    if (typeof facts === 'string') return facts
    return facts.quoteUri === objectUri ? { ...head, facts } : 'the quoting post does not quote it'
  }
  const known = batch.posts.get(instrumentUri)
  if (known === undefined) {
    batch.ask(message, { kind: 'post', uri: instrumentUri, quoting: objectUri })
    return null
  }
  if (known.author_id !== batch.signerOf(message).id) return `${instrumentUri} is by somebody else`
  return { ...head, facts: null }
}

/** What is not for everybody answers those who see it, and to all others it is not there (rule 66). */
async function isKnownTo(batch: Batch, message: InboundMessage, quoted: PostReference): Promise<boolean> {
  if (quoted.visibility === 'public' || quoted.visibility === 'unlisted') return true
  return (await findVisiblePost(batch.tx, batch.signerOf(message).id, quoted.id)) !== undefined
}

/** By the signer and on its origin, as the object of a Create (rule 16). */
function readQuoting(
  batch: Batch,
  { signerUri }: InboundMessage,
  instrument: JsonObject,
): PostFacts | string {
  const followersUri = batch.actors.get(signerUri)?.followers_uri ?? null
  const parsed = parsePost(instrument, { actorUri: signerUri, followersUri })
  if (!parsed.ok) return parsed.reason
  const { post } = parsed
  if (post.actorUri !== signerUri) return `its author is ${post.actorUri} and not ${signerUri}`
  if (post.pollVote !== null) return 'a vote quotes nothing'
  return blockedReference(batch.home, post) ?? post
}

async function answer(batch: Batch, request: QuoteRequest): Promise<void> {
  const { message, quoted, identity, quotingUri, facts } = request
  const signer = batch.signerOf(message)
  const permission = await findPermission(batch.tx, signer.id, quoted.id)
  const isBlocked = batch.isBlockedBy(identity.id, signer.id)
  // Whoever would have to be asked is the owner, and the policy is what the owner said.
  const stamp =
    permission === 'automatic' && !isBlocked
      ? await giveAuthorization(batch.tx, {
          author: identity,
          quotedId: quoted.id,
          quotingUri,
          quotingActorId: signer.id,
        })
      : null
  await sendAnswer(batch, request, stamp)
  // A post that nobody here may see is agreed to all the same; whatever was said of storing it, the request is answered.
  if (stamp !== null && facts !== null) await storeIncoming(batch, [{ message, facts }])
  else if (stamp !== null) tellQuoted(batch, request)
  batch.done(message)
}

/** The quoting post is here already, perhaps only since this request made us read it. */
function tellQuoted(batch: Batch, { quotingUri, identity }: QuoteRequest): void {
  const post = batch.posts.get(quotingUri)
  if (post === undefined || !(post.visibility === 'public' || post.visibility === 'unlisted')) return
  batch.notify([{ actorId: identity.id, kind: 'quote', fromActorId: post.author_id, postId: post.id }])
}

/** Told to blocked actors too: they learn no more than others who are refused. */
async function sendAnswer(batch: Batch, request: QuoteRequest, stamp: string | null): Promise<void> {
  const { message, requestUri, quoted, identity, quotingUri } = request
  const origin = originOfHost(identity.host)
  const parts = {
    // One answer for each request, however often the handler runs.
    id: activityUri(origin, `quote-answer-${hash('sha256', `${requestUri} ${stamp ?? ''}`).slice(0, 32)}`),
    actorUri: identity.uri,
    request: {
      uri: requestUri,
      actorUri: message.signerUri,
      quotedUri: quoted.uri,
      quoting: quotingUri,
    },
  }
  const activity = stamp === null ? rejectQuoteActivity(parts) : acceptQuoteActivity(parts, stamp)
  await queueActivity(batch.tx, {
    signer: identity,
    activity: { ...activity, id: parts.id, type: stamp === null ? 'Reject' : 'Accept' },
    objectUri: quotingUri,
    recipients: { actorIds: [batch.signerOf(message).id], evenBlocked: true },
  })
}
