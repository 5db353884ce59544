/** Handles deliveries: one try each, and what becomes of it. When a host is tried next, its breaker says. */
import type { Clock } from '../core/clock.ts'
import { assertNever, describeError } from '../core/errors.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { type Outbound, createOutbound } from '../activitypub/outbound.ts'
import { createActivityStore } from '../domain/fan-outs/activity-store.ts'
import {
  OFFLINE_REASON,
  inboxIsGone,
  inboxIsMissing,
  pauseDeliveries,
  resumeDeliveries,
  secondsBehindElder,
} from '../domain/fan-outs/after-delivery.ts'
import { type PeerFacts, isYoungTrouble } from '../domain/fan-outs/breaker.ts'
import type { DeliveryAnswer } from '../domain/fan-outs/delivery-answer.ts'
import type { DeliveryCounts } from '../domain/fan-outs/delivery-counts.ts'
import type { fanOutGraph } from '../domain/fan-outs/fan-out-graph.ts'
import { JITTER_SECONDS, OfflineGuard } from '../domain/fan-outs/offline-guard.ts'
import {
  BEHIND_PROBE_SECONDS,
  BESIDE_REASON,
  SILENT_REASON,
  TROUBLED_REASON,
} from '../domain/fan-outs/parked-deliveries.ts'
import { type PeerWatch, createPeerWatch } from '../domain/fan-outs/peer-watch.ts'
import { type Trouble, TroubledShare } from '../domain/fan-outs/troubled-share.ts'
import type { Home } from '../domain/owner/home.ts'
import { FollowerDigests } from '../domain/follows/follower-digests.ts'
import { type SignatureKind, signatureKindOf } from '../domain/peers/signature-preference.ts'
import { FollowerHeaders } from '../activitypub/follower-headers.ts'
import type { SafeFetch } from '../net/fetch-types.ts'
import { type HandlersOf, type Verdict, type Work, again } from '../stator/graph.ts'

export interface FanOutParts {
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
  readonly home: Home
  readonly fetch: Pick<SafeFetch, 'postActivity'>
  /** Of this process; its own where nobody else has to do with it. */
  readonly line?: OfflineGuard
  /** Left out where nobody measures. */
  readonly deliveries?: DeliveryCounts | undefined
}

type FanOut = Row<'fan_outs'>
type FanOutVerdict = Verdict<'sent' | 'skipped' | 'failed'>

/** An elder that is being tried at this moment needs about so long. */
const ELDER_SECONDS = 1

/** A delivery may come so much early for its host: it does not wait for the next turn then. */
const EARLY_SECONDS = 1

export function fanOutHandlers(parts: FanOutParts): HandlersOf<typeof fanOutGraph> {
  const deliverer = new Deliverer(parts)
  return { new: { each: async (fanOut, work) => deliverer.handle(fanOut, work) } }
}

class Deliverer {
  readonly #parts: FanOutParts
  readonly #outbound: Outbound
  readonly #activities
  readonly #peers: PeerWatch
  readonly #line: OfflineGuard
  readonly #troubled: TroubledShare
  readonly #followers: FollowerHeaders

  constructor(parts: FanOutParts) {
    this.#parts = parts
    this.#outbound = createOutbound(parts)
    this.#activities = createActivityStore(parts.db)
    this.#peers = createPeerWatch(parts)
    this.#line = parts.line ?? new OfflineGuard(parts.clock)
    this.#troubled = new TroubledShare(parts.clock)
    this.#followers = new FollowerHeaders(new FollowerDigests(parts))
  }

  async handle(fanOut: FanOut, work: Work): Promise<FanOutVerdict> {
    const { home } = this.#parts
    if (home.isOwnHost(fanOut.host) || home.isBlockedDomain(fanOut.host)) return 'skipped'
    const peer = await this.#peers.find(fanOut.host)
    const waiting = await this.#mustWait(fanOut, peer)
    if (waiting !== null) return waiting
    if (peer === undefined || peer.failures === 0) return this.#send(fanOut, peer, work)
    return this.#tryTroubled(fanOut, peer, work)
  }

  async #tryTroubled(fanOut: FanOut, peer: PeerFacts, work: Work): Promise<FanOutVerdict> {
    const { host } = fanOut
    const trouble = await this.#troubleOf(peer)
    const admission = this.#troubled.enter({ host, trouble, mostCalls: work.mostCalls })
    switch (admission.kind) {
      case 'beside':
        return waits(admission.afterSeconds, BESIDE_REASON)
      case 'wait': {
        if (!admission.isTaker) return waits(admission.afterSeconds + BEHIND_PROBE_SECONDS, TROUBLED_REASON)
        const { retry_at: retryAt = null } = (await this.#peers.putOff(host, admission.afterSeconds)) ?? {}
        return waits(retryAt === null ? 0 : Math.max(0, this.#secondsTo(retryAt)), TROUBLED_REASON)
      }
      case 'go':
        try {
          return await this.#send(fanOut, peer, work, admission.took)
        } finally {
          admission.leave()
        }
      default:
        return assertNever(admission)
    }
  }

  /** @param took  told how long the try took, where there was one */
  async #send(
    fanOut: FanOut,
    peer: PeerFacts | undefined,
    { signal }: Work,
    took: (ms: number) => void = () => undefined,
  ): Promise<FanOutVerdict> {
    const activity = await this.#activities.find(fanOut.activity_id)
    if (activity === undefined) return { to: 'skipped', note: 'the activity is there no more' }
    const admission = await this.#line.enter(fanOut.host)
    if (admission.kind === 'wait') return waits(admission.afterSeconds, OFFLINE_REASON)
    const sinceMs = this.#parts.clock.monotonicMs()
    try {
      const answer = await this.#outbound.deliver({
        activity,
        inboxUri: fanOut.inbox_uri,
        signature: signatureKindOf(peer),
        headers: await this.#followers.headersFor(activity, fanOut.host),
        signal,
      })
      if (answer.kind !== 'held') took(this.#parts.clock.monotonicMs() - sinceMs)
      const verdict = await this.#judge(fanOut, peer, answer, sinceMs)
      // What our own line has swallowed is no fault of the other.
      const isOurs = answer.kind === 'unreachable' && this.#line.isOffline
      this.#parts.deliveries?.add(isOurs ? 'offline' : answer.kind)
      return verdict
    } finally {
      admission.leave()
    }
  }

  async #troubleOf(peer: PeerFacts): Promise<Trouble> {
    if (!isYoungTrouble(peer, this.#parts.clock.now())) return 'lasting'
    return (await this.#peers.hasAnswered(peer.host)) ? 'passing' : 'lasting'
  }

  /** Why nothing is sent now, or null. */
  async #mustWait(fanOut: FanOut, peer: PeerFacts | undefined): Promise<FanOutVerdict | null> {
    if (peer?.retry_at !== null && peer?.retry_at !== undefined) {
      const seconds = this.#secondsTo(peer.retry_at)
      // Its probe goes then, and makes this one due or puts it off with all others.
      if (seconds > EARLY_SECONDS) return waits(seconds + BEHIND_PROBE_SECONDS, SILENT_REASON)
    }
    const heldSeconds = this.#peers.heldSeconds(fanOut.host)
    if (heldSeconds > 0) return waits(heldSeconds, 'this server asked for patience')
    if (!fanOut.has_elder) return null
    const elderSeconds = await secondsBehindElder(this.#parts.db, fanOut)
    if (elderSeconds === null) return null
    // An elder that is parked may be freed long before.
    const seconds = Math.min(Math.max(0, elderSeconds), BEHIND_PROBE_SECONDS)
    return waits(seconds + ELDER_SECONDS, 'an earlier activity about the same goes first')
  }

  async #judge(
    fanOut: FanOut,
    peer: PeerFacts | undefined,
    answer: DeliveryAnswer,
    sinceMs: number,
  ): Promise<FanOutVerdict> {
    const { db, clock, log } = this.#parts
    const { host, inbox_uri: inboxUri } = fanOut
    if (answer.kind !== 'delivered') {
      log.info({
        event: 'delivery.not_done',
        fanOutId: fanOut.id,
        host,
        outcome: answer.kind,
        detail: answer.detail,
      })
    }
    switch (answer.kind) {
      case 'delivered':
        log.debug({ event: 'delivery.done', fanOutId: fanOut.id, host })
        await this.#delivered(fanOut, answer.learned)
        return { to: 'sent', note: answer.detail }
      case 'gone':
        await this.#alive(host)
        await inboxIsGone(db, inboxUri, clock.now())
        return { to: 'failed', note: answer.detail }
      case 'missing':
        await this.#alive(host)
        await inboxIsMissing(db, inboxUri, clock.now())
        return { to: 'failed', note: answer.detail }
      case 'refused':
        if (answer.status !== null) await this.#alive(host)
        return { to: 'failed', note: answer.detail }
      case 'busy':
        await this.#alive(host)
        if (answer.retryAfterSeconds === null) return again({ reason: answer.detail })
        this.#peers.hold(host, answer.retryAfterSeconds)
        return again({ afterSeconds: answer.retryAfterSeconds, reason: answer.detail })
      case 'held':
        return again({ reason: answer.detail })
      case 'failing':
        await this.#lineWorks()
        return this.#afterFailure(host, answer.detail, answer.retryAfterSeconds)
      case 'unreachable':
        if (!answer.isSilence) await this.#lineWorks()
        else if (await this.#isOurLine(host, peer, sinceMs)) {
          return waits(this.#line.pauseSeconds(), OFFLINE_REASON)
        }
        return this.#afterFailure(host, answer.detail, null)
      default:
        return assertNever(answer)
    }
  }

  /** It has it, and gets it no second time because something about it could not be written down. */
  async #delivered({ id, host, inbox_uri: inboxUri }: FanOut, learned: SignatureKind | null): Promise<void> {
    await this.#alive(host)
    try {
      await this.#peers.accepted(inboxUri)
      if (learned !== null) await this.#peers.takes(host, learned)
    } catch (error) {
      // Its next answer says the same.
      const detail = describeError(error)
      this.#parts.log.warn({ event: 'delivery.answer_not_noted', fanOutId: id, host, error: detail })
    }
  }

  /** The host's breaker says when, once it is open; before that the back-off of the delivery. */
  async #afterFailure(
    host: string,
    detail: string,
    retryAfterSeconds: number | null,
  ): Promise<FanOutVerdict> {
    const peer = await this.#peers.failed(host, detail, retryAfterSeconds)
    const opensInSeconds = peer?.retry_at ? this.#secondsTo(peer.retry_at) : 0
    const seconds = Math.max(opensInSeconds, retryAfterSeconds ?? 0)
    return again(seconds > 0 ? { afterSeconds: seconds, reason: detail } : { reason: detail })
  }

  #secondsTo(moment: Date): number {
    return (moment.getTime() - this.#parts.clock.now().getTime()) / 1000
  }

  /** What the answer means for the delivery stands, also where it cannot be written down that there was one. */
  async #alive(host: string): Promise<void> {
    try {
      await this.#lineWorks()
      await this.#peers.answered(host)
    } catch (error) {
      // The host's next answer says the same.
      this.#parts.log.warn({ event: 'delivery.life_not_noted', host, error: describeError(error) })
    }
  }

  async #lineWorks(): Promise<void> {
    if (!this.#line.answered()) return
    this.#parts.log.info({ event: 'delivery.line_back' })
    await resumeDeliveries(this.#parts.db, JITTER_SECONDS)
  }

  /** Whether the silence is ours. Then no failure is counted, neither of the host nor of the delivery. */
  async #isOurLine(host: string, peer: PeerFacts | undefined, sinceMs: number): Promise<boolean> {
    const wasFine = (peer?.failures ?? 0) === 0 && (await this.#peers.hasAnswered(host))
    const wasOffline = this.#line.isOffline
    const isOffline = this.#line.silent({ host, wasFine, sinceMs })
    if (isOffline && !wasOffline) {
      this.#parts.log.warn({ event: 'delivery.line_down' })
      await pauseDeliveries(this.#parts.db, this.#line.pauseSeconds(), JITTER_SECONDS)
    }
    return isOffline
  }
}

function waits(afterSeconds: number, reason: string): FanOutVerdict {
  return again({ afterSeconds, reason, isUncounted: true })
}
