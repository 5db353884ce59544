/**
 * Keeps one way in up: prepares it, connects, connects again after a loss, and proves from outside that it leads here.
 * Which state follows which is on the tunnel page, section 3; what the states mean, in `contracts/tunnel`.
 */
import type {
  NudgeReason,
  ProofSource,
  TunnelFinding,
  TunnelProof,
  TunnelState,
  TunnelStatus,
} from '../contracts/tunnel.ts'
import type { Clock } from '../core/clock.ts'
import { describeError } from '../core/errors.ts'
import { backOffMs } from './back-off.ts'
import { nameFindings } from './name-findings.ts'
import { MOST_FAILURES, nextLoopMs, proofLastsMs } from './proof-plan.ts'
import type { LocalTarget, TunnelProvider } from './provider.ts'
import { Sleeper, type Wait } from './sleeper.ts'

export const CONNECT_LIMIT_MS = 10_000
/** Up for so long, the next loss is a new matter. */
const STEADY_AFTER_MS = 60_000
/** A transport that is up while nothing gets through is set up anew, but not again and again: it cuts what works. */
const REVIVE_EVERY_MS = 60 * 60_000
/** One that has begun since is on the network of now. */
const YOUNG_ATTEMPT_MS = 2_000
const MOST_REASON = 300

export interface KeeperParts {
  readonly provider: TunnelProvider
  readonly target: LocalTarget
  readonly clock: Clock
  /** Asks this home by its public name, out and in again; milliseconds it took. @throws with the reason when it fails */
  prove(signal: AbortSignal): Promise<number>
  /** Resolves after so many milliseconds; rejects when aborted. */
  readonly wait: Wait
  /** From 0 to 1. */
  random(): number
  changed(status: TunnelStatus): void
  /** Up, but nothing gets through: whoever can look closer should. */
  doubted?(): void
}

interface Loss {
  readonly reason: string
  readonly isFinal: boolean
}

interface Judgement {
  readonly reason: string
  /** Whoever gets through later has disproved it. */
  readonly isReach: boolean
}

/** A keeper that goes on when a person has done something, or has said so. */
interface Block {
  /** The other end was asked, and answered by a refusal. */
  readonly isRefused: boolean
  readonly goOn: () => void
}

export class TunnelKeeper {
  readonly #parts: KeeperParts
  readonly #backOff: Sleeper
  readonly #nextProof: Sleeper
  #state: TunnelState = 'off'
  #since: Date
  #reason: string | null = null
  #notice: string | null = null
  #findings: readonly TunnelFinding[] = []
  #attempts = 0
  #nextTryAt: Date | null = null
  #proof: TunnelProof | null = null
  #proofMs = Number.NEGATIVE_INFINITY
  #failures = 0
  #failedMs: number | null = null
  #revivedMs = Number.NEGATIVE_INFINITY
  #upAt: Date
  /** What a whole run of checks found broken: only another run says that it is mended. */
  #judgement: Judgement | null = null
  #peerProvedAt: Date | null = null
  /** Since the transport came up the home has got through to itself. */
  #hasLooped = false
  /** Others get through and the home does not, as behind many routers: that it fails says nothing here. */
  #isBlind = false
  #ending: AbortController | null = null
  #attempt: AbortController | null = null
  #attemptMs = 0
  #block: Block | null = null
  #mustProve = false
  #hasToHurry = false
  #life: Promise<void> = Promise.resolve()

  constructor(parts: KeeperParts) {
    this.#parts = parts
    this.#since = parts.clock.now()
    this.#upAt = this.#since
    this.#backOff = new Sleeper(parts.wait)
    this.#nextProof = new Sleeper(parts.wait)
  }

  status(): TunnelStatus {
    return {
      kind: this.#parts.provider.kind,
      state: this.#state,
      since: this.#since.toISOString(),
      proof: this.#proof,
      reason: this.#reason,
      nextTryAt: this.#nextTryAt?.toISOString() ?? null,
      attempts: this.#attempts,
      findings: [...this.#findings, ...(this.#parts.provider.concerns?.() ?? [])],
      notice: this.#notice,
      facts: this.#parts.provider.facts?.() ?? {},
    }
  }

  /** Also after a suspension; a keeper that runs stays as it is. */
  start(): void {
    if (this.#ending !== null) return
    const ending = new AbortController()
    this.#ending = ending
    this.#life = this.#live(ending.signal)
  }

  /** Closes the transport and resolves when it is closed. @param reason  what people read meanwhile */
  async stop(reason: string | null = null): Promise<void> {
    this.#ending?.abort()
    this.#attempt?.abort()
    await this.#life
    this.#ending = null
    this.#set('off', reason)
  }

  /**
   * After a sleep, on another network, or because somebody knows better: look now, try now, prove now. What was found
   * missing is looked for again; what the other end has refused it would refuse again, until somebody knows better.
   */
  nudge(why: NudgeReason): void {
    if (this.#ending === null) return
    this.#mustProve = true
    // Failures on the former network say nothing of this one.
    if (why !== 'doctor') this.#attempts = this.#attempt === null ? 0 : 1
    if (this.#block?.isRefused === false || why === 'doctor') this.#block?.goOn()
    this.#backOff.wake()
    this.#nextProof.wake()
    if (this.#attempt === null) return
    if (why === 'doctor' || this.#isUp()) this.#parts.provider.nudge(why)
    else if (this.#parts.clock.monotonicMs() - this.#attemptMs >= YOUNG_ATTEMPT_MS) this.#beginAnew(why)
  }

  /** A signed request of another server was accepted: the strongest proof there is. */
  peerProved(): void {
    if (!this.#isUp()) return
    this.#peerProvedAt = this.#parts.clock.now()
    if (this.#failures > 0 && !this.#hasLooped) this.#isBlind = true
    if (this.#judgement?.isReach === true) this.#judgement = null
    this.#proved('peer', null)
  }

  /**
   * What a whole run of checks from outside found. What was seen of an earlier transport says nothing of this one.
   * @param isReach  it found no more than that nobody gets through: others who did since know better
   */
  judged(isSound: boolean, reason: string | null, beganAt: Date, isReach = false): void {
    if (!this.#isUp() || beganAt < this.#upAt) return
    if (isSound) {
      this.#judgement = null
      return this.#proved('loop', null)
    }
    if (isReach && this.#peerProvedAt !== null && this.#peerProvedAt >= beganAt) return
    this.#judgement = { reason: reason ?? 'not everything gets through', isReach }
    this.#set('degraded', this.#judgement.reason)
  }

  async #live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#set('preparing', null)
      const isPrepared = await this.#isPrepared(signal)
      if (isPrepared) await this.#connectUntilRefused(signal)
      if (!signal.aborted) await this.#untilNudged(isPrepared, signal)
    }
  }

  async #connectUntilRefused(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const loss = await this.#attemptOnce(signal)
      if (signal.aborted) return
      if (loss.isFinal) return this.#set('blocked', loss.reason)
      await this.#waitForNext(loss.reason, signal)
    }
  }

  async #untilNudged(isRefused: boolean, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const goOn = (): void => resolve(undefined)
    this.#block = { isRefused, goOn }
    signal.addEventListener('abort', goOn, { once: true })
    await promise
    signal.removeEventListener('abort', goOn)
    this.#block = null
  }

  /** What was asked of a network that is gone is answered by nobody; it would be given up only at its limit. */
  #beginAnew(why: NudgeReason): void {
    this.#hasToHurry = true
    const cause = why === 'resume' ? 'the machine was asleep' : 'the network changed'
    this.#attempt?.abort(new Error(`${cause} while it was connecting`))
  }

  async #isPrepared(signal: AbortSignal): Promise<boolean> {
    try {
      const { provider, target } = this.#parts
      const found = await orAborted(provider.prepare(target), signal)
      this.#findings = [...found, ...nameFindings(target.publicHost)]
    } catch (error) {
      if (signal.aborted) return false
      this.#findings = [{ weight: 'stop', code: 'NOT_PREPARED', message: describeError(error) }]
    }
    const stop = this.#findings.find(({ weight }) => weight === 'stop')
    if (stop !== undefined) this.#set('blocked', stop.message)
    return stop === undefined
  }

  async #waitForNext(reason: string, signal: AbortSignal): Promise<void> {
    const ms = this.#hasToHurry ? 0 : backOffMs(this.#attempts, () => this.#parts.random())
    this.#hasToHurry = false
    this.#nextTryAt = new Date(this.#parts.clock.now().getTime() + ms)
    this.#set('waiting', reason)
    await this.#backOff.sleep(ms, signal)
    this.#nextTryAt = null
  }

  async #attemptOnce(signal: AbortSignal): Promise<Loss> {
    const attempt = new AbortController()
    this.#attempt = attempt
    this.#attemptMs = this.#parts.clock.monotonicMs()
    this.#attempts += 1
    this.#set('connecting', this.#reason)
    const timer = new Sleeper(this.#parts.wait)
    const bound = AbortSignal.any([signal, attempt.signal])
    const { connectLimitMs: limitMs = CONNECT_LIMIT_MS } = this.#parts.provider
    void timer.sleep(limitMs, bound).then((isOver) => {
      if (isOver && !this.#isUp()) attempt.abort(new Error(`no connection within ${limitMs / 1_000} s`))
    })
    const loss = await this.#follow(attempt, bound)
    this.#attempt = null
    return loss
  }

  /** Reads what the provider tells until the transport is gone. */
  async #follow(attempt: AbortController, signal: AbortSignal): Promise<Loss> {
    let upMs: number | null = null
    let loss: Loss = { reason: 'the connection ended', isFinal: false }
    let proving: Promise<void> = Promise.resolve()
    try {
      for await (const event of this.#parts.provider.run(this.#parts.target, signal)) {
        if (event.type === 'notice') this.#note(event.message)
        else if (event.type === 'lost') loss = lossFrom(event.reason, event.isFinal === true)
        else if (event.type === 'connected' && upMs === null) {
          upMs = this.#parts.clock.monotonicMs()
          this.#cameUp(event.to)
          proving = this.#prove(attempt, signal)
        } else if (event.type === 'connecting' && event.to !== undefined) this.#note(event.to)
      }
    } catch (error) {
      loss = lossFrom(describeError(error), false)
    }
    // Whoever ended it knows better why than the transport does.
    if (attempt.signal.aborted) loss = lossFrom(sentenceOf(attempt.signal.reason), false)
    attempt.abort()
    await proving
    if (upMs !== null && this.#parts.clock.monotonicMs() - upMs >= STEADY_AFTER_MS) this.#attempts = 1
    return loss
  }

  #cameUp(to: string | undefined): void {
    this.#failures = 0
    this.#failedMs = null
    this.#judgement = null
    this.#hasLooped = false
    this.#isBlind = false
    this.#upAt = this.#parts.clock.now()
    if (to !== undefined) this.#notice = to
    this.#set('connected', null)
  }

  /** Until the transport is gone. Three failures in a row are told, and the transport is set up anew once. */
  async #prove(attempt: AbortController, signal: AbortSignal): Promise<void> {
    const { provider, clock } = this.#parts
    await provider.untilServing?.(signal, (reason, isFailing) =>
      this.#set(isFailing ? 'degraded' : 'connected', reason),
    )
    for (let loops = 0; !signal.aborted; loops += 1) {
      const history = {
        isMetered: provider.isMetered,
        loops,
        failures: this.#failures,
        isProven: this.#state === 'verified',
        sinceFailureMs: this.#failedMs === null ? null : clock.monotonicMs() - this.#failedMs,
      }
      await this.#nextProof.sleep(this.#mustProve ? 0 : nextLoopMs(history), signal)
      if (signal.aborted) return
      if (!this.#mustProve && this.#isProvenByPeers()) continue
      this.#mustProve = false
      await this.#loop(signal)
      if (this.#failures < MOST_FAILURES) continue
      this.#fellSilent()
      if (!this.#isBlind && this.#failures === MOST_FAILURES && this.#mayRevive()) {
        return attempt.abort(new Error(this.#reason ?? 'nothing gets through'))
      }
    }
  }

  async #loop(signal: AbortSignal): Promise<void> {
    try {
      const ms = await orAborted(this.#parts.prove(signal), signal)
      this.#hasLooped = true
      this.#isBlind = false
      this.#proved('loop', ms)
    } catch (error) {
      if (signal.aborted) return
      this.#failures += 1
      this.#failedMs = this.#parts.clock.monotonicMs()
      this.#reason = cut(describeError(error))
      this.#tell()
    }
  }

  #fellSilent(): void {
    if (this.#state === 'degraded') return
    if (this.#isBlind) return this.#set('connected', this.#reason)
    this.#set('degraded', this.#reason)
    this.#parts.doubted?.()
  }

  #mayRevive(): boolean {
    const nowMs = this.#parts.clock.monotonicMs()
    if (nowMs - this.#revivedMs < REVIVE_EVERY_MS) return false
    this.#revivedMs = nowMs
    return true
  }

  #proved(source: ProofSource, ms: number | null): void {
    this.#proof = { source, ms, at: this.#parts.clock.now().toISOString() }
    this.#proofMs = this.#parts.clock.monotonicMs()
    this.#failures = 0
    if (this.#judgement === null) this.#set('verified', null)
    else this.#set('degraded', this.#judgement.reason)
  }

  /** What proved an earlier transport says nothing of this one. */
  #isProvenByPeers(): boolean {
    if (this.#state !== 'verified' || this.#proof?.source !== 'peer' || this.#failures > 0) return false
    return this.#parts.clock.monotonicMs() - this.#proofMs < proofLastsMs(this.#parts.provider.isMetered)
  }

  #isUp(): boolean {
    return this.#state === 'connected' || this.#state === 'verified' || this.#state === 'degraded'
  }

  #note(message: string): void {
    this.#notice = cut(message)
    this.#tell()
  }

  #set(state: TunnelState, reason: string | null): void {
    if (this.#state !== state) this.#since = this.#parts.clock.now()
    this.#state = state
    this.#reason = reason === null ? null : cut(reason)
    this.#tell()
  }

  #tell(): void {
    this.#parts.changed(this.status())
  }
}

/** Nobody waits for an answer that came to mean nothing: from where nobody answers it takes as long as a time-out. */
async function orAborted<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const giveUp = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    return await Promise.race([asked, aborted.promise])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

const lossFrom = (reason: string, isFinal: boolean): Loss => ({ reason: cut(reason), isFinal })
const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : describeError(error))
const cut = (text: string): string => text.slice(0, MOST_REASON)
