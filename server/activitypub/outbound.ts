/**
 * Delivers one signed activity to one inbox, once, and says what came of it. When it is tried again is for others to
 * decide.
 */
import type { Clock } from '../core/clock.ts'
import { describeError } from '../core/errors.ts'
import type { StoredActivity } from '../domain/fan-outs/activity-store.ts'
import type { DeliveryAnswer } from '../domain/fan-outs/delivery-answer.ts'
import type { Home } from '../domain/owner/home.ts'
import type { SignatureKind } from '../domain/peers/signature-preference.ts'
import { type HeaderRecord, type PostOutcome, type SafeFetch, fetchFailureOf } from '../net/fetch-types.ts'
import { type RemoteUrl, findRemoteUrl } from '../net/origin.ts'
import { isSilence } from '../net/silence.ts'
import { type BodyDigest, digestOf } from './digest.ts'
import { readAcceptSignature } from './accept-signature.ts'
import { otherKind, signRequest } from './sign-request.ts'
import { ACTIVITY_JSON } from './vocabulary.ts'

export interface Delivery {
  readonly activity: StoredActivity
  readonly inboxUri: string
  /** What this host is known to take. */
  readonly signature: SignatureKind
  /** Further headers, which are signed; names in lower case. */
  readonly headers: HeaderRecord
  readonly signal: AbortSignal
}

export interface Outbound {
  /** @throws HomebirdError SIGNING_KEY_MISSING; whatever the other side does is an answer */
  deliver(delivery: Delivery): Promise<DeliveryAnswer>
}

interface OutboundParts {
  readonly home: Pick<Home, 'signingKey'>
  readonly fetch: Pick<SafeFetch, 'postActivity'>
  readonly clock: Clock
}

/** Answers that may mean "I cannot read your signature". */
const KNOCKS_AGAIN: ReadonlySet<number> = new Set([400, 401, 403])

/** @see ActivityPub 7.1 (delivery), draft-cavage-http-signatures-12, RFC 9421 */
export function createOutbound(parts: OutboundParts): Outbound {
  // One digest for each activity; it goes when the activity's bytes go.
  const digests = new WeakMap<Buffer, BodyDigest>()
  const digest = (body: Buffer): BodyDigest => {
    const known = digests.get(body) ?? digestOf(body)
    digests.set(body, known)
    return known
  }

  const post = async (delivery: Delivery, url: RemoteUrl, kind: SignatureKind): Promise<PostOutcome> => {
    const { activity, signal } = delivery
    const request = {
      method: 'POST',
      url,
      now: parts.clock.now(),
      body: { digest: digest(activity.body), contentType: ACTIVITY_JSON },
      headers: delivery.headers,
    } as const
    const headers = await signRequest(parts.home, activity.actorId, request, kind)
    return parts.fetch.postActivity(url.href, { body: activity.body, headers, signal })
  }

  return {
    async deliver(delivery) {
      const url = findRemoteUrl(delivery.inboxUri)
      if (url === undefined) return { kind: 'refused', status: null, detail: 'the inbox is no https address' }
      const first = delivery.signature
      try {
        const outcome = await post(delivery, url, first)
        const wanted = readAcceptSignature(outcome.headers['accept-signature'])
        if (!KNOCKS_AGAIN.has(outcome.status)) return answerOf(outcome, wanted === first ? null : wanted)
        const second = wanted === null || wanted === first ? otherKind(first) : wanted
        return await post(delivery, url, second).then(
          (another) => answerOf(another, second),
          // The first try was answered: whatever the second one comes to, the line is there.
          (error: unknown) => spoken(answerOfFailure(error, delivery.signal)),
        )
      } catch (error) {
        return answerOfFailure(error, delivery.signal)
      }
    },
  }
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** @param learned  the signature to begin with from now on, if this was a success; null for the same */
function answerOf(outcome: PostOutcome, learned: SignatureKind | null): DeliveryAnswer {
  const { status, retryAfterSeconds, excerpt } = outcome
  if (isSuccess(status)) return { kind: 'delivered', detail: `answered ${status}`, learned }
  const detail = excerpt === '' ? `answered ${status}` : `answered ${status}: ${excerpt}`
  if (status === 410) return { kind: 'gone', detail }
  if (status === 404) return { kind: 'missing', detail }
  if (status === 408 || status === 429) return { kind: 'busy', retryAfterSeconds, detail }
  if (status >= 500) return { kind: 'failing', retryAfterSeconds, detail }
  return { kind: 'refused', status, detail }
}

const spoken = (answer: DeliveryAnswer): DeliveryAnswer =>
  answer.kind === 'unreachable' ? { ...answer, isSilence: false } : answer

/** @throws what is no failure of the exchange */
function answerOfFailure(error: unknown, signal: AbortSignal): DeliveryAnswer {
  const failure = fetchFailureOf(error)
  if (failure === undefined) throw error
  const detail = describeError(error)
  switch (failure.reason) {
    case 'paused':
      return { kind: 'held', detail }
    case 'aborted':
    case 'closed':
      // The worker stops, and not the other side.
      if (signal.aborted || failure.reason === 'closed') throw error
      return { kind: 'unreachable', isSilence: isSilence(error), detail }
    case 'url':
    case 'own_host':
    case 'blocked':
      return { kind: 'refused', status: null, detail }
    case 'timeout':
      if (failure.phase === 'pool') return { kind: 'held', detail }
      if (failure.phase === 'rate') return { kind: 'busy', retryAfterSeconds: null, detail }
      return { kind: 'unreachable', isSilence: isSilence(error), detail }
    // A name server of a foreign network may say so of every host: nobody is given up for it at once.
    case 'address':
    case 'name':
    case 'connection':
    case 'certificate':
    case 'protocol':
    case 'redirect':
    case 'status':
    case 'type':
    case 'encoding':
    case 'size':
      return { kind: 'unreachable', isSilence: isSilence(error), detail }
  }
}
