/**
 * Keeps a certificate for each host of the home that leads here: what is kept is shown at once, what is missing or old is
 * ordered while the way in is up, and an old one stays in use until there is a new one.
 */
import { type SecureContext, createSecureContext } from 'node:tls'
import type { TunnelFinding } from '../../contracts/tunnel.ts'
import type { Clock } from '../../core/clock.ts'
import { HomebirdError, describeError } from '../../core/errors.ts'
import type { AcmeCalls } from '../../net/acme-calls.ts'
import { Sleeper, type Wait } from '../sleeper.ts'
import type { CertificateSource } from '../tls/tls-door.ts'
import { AcmeSession } from './acme-session.ts'
import { proofCertificate } from './certificate-shapes.ts'
import type { CertificateStore } from './certificate-store.ts'
import { orderCertificate } from './order-certificate.ts'
import { type ShownCertificate, readCertificate } from './read-certificate.ts'
import { type RenewalWindow, readRenewalWindow } from './renewal-info.ts'
import {
  type OrderHistory,
  afterFailure,
  afterNudge,
  afterOrder,
  afterSuccess,
  mayOrderAt,
  renewalMoment,
} from './renewal-plan.ts'

export interface CertificateKeeperParts {
  readonly store: CertificateStore
  readonly directory: string
  readonly email: string | null
  readonly calls: AcmeCalls
  readonly clock: Clock
  readonly wait: Wait
  /** From 0 to 1. */
  readonly random: () => number
  /** Whether a further host leads to where the first one does: for others no certificate could be had. */
  leadsHere(host: string, first: string): Promise<boolean>
  /** What is told of it has changed. */
  changed(): void
}

interface KeptHost {
  readonly name: string
  history: OrderHistory
  shown: ShownCertificate | null
  readonly random: number
  window: RenewalWindow | null
  windowAskedMs: number
  challenge: SecureContext | null
  isOrdering: boolean
  /** When it was looked at last, it led elsewhere. */
  isElsewhere: boolean
  /** Ordered only once somebody has asked this door for it. */
  isOptional: boolean
  /** Whoever asked here was led here. */
  wasAsked: boolean
}

const HOST = /^(?=.{4,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/
/** So often all is looked at again, whatever the clock has done meanwhile. */
const LOOK_EVERY_MS = 60 * 60_000
const LEAST_PAUSE_MS = 1_000
const ASK_WINDOW_EVERY_MS = 6 * 60 * 60_000
const MOST_SKEW_MS = 24 * 60 * 60_000
const ORDER_LIMIT_MS = 5 * 60_000

export class CertificateKeeper implements CertificateSource {
  readonly #parts: CertificateKeeperParts
  readonly #pause: Sleeper
  #hosts: readonly KeptHost[] = []
  #ending: AbortController | null = null
  #life: Promise<void> = Promise.resolve()
  /** Settles with the next change. */
  #told = Promise.withResolvers<undefined>()

  constructor(parts: CertificateKeeperParts) {
    this.#parts = parts
    this.#pause = new Sleeper(parts.wait)
  }

  /**
   * Shows what is kept for these hosts, the first of which the world asks for.
   * @param onceAsked  further ones, ordered only once a visitor has asked this door for them: where a website stands at the
   *   same address, the name leads to the same place, and no authority would ever come by here
   */
  keep(hosts: readonly string[], onceAsked: readonly string[] = []): void {
    const always = new Set(hosts.map(nameOf))
    const names = [...new Set([...always, ...onceAsked.map(nameOf)])].filter((name) => HOST.test(name))
    this.#hosts = names.map((name) => {
      const host = this.#find(name) ?? this.#open(name)
      host.isOptional = !always.has(name)
      return host
    })
  }

  /** From now on the way in is up: what is missing or old is ordered. */
  start(): void {
    if (this.#ending !== null) return
    const ending = new AbortController()
    this.#ending = ending
    this.#life = this.#live(ending.signal)
  }

  async stop(): Promise<void> {
    this.#ending?.abort()
    this.#pause.wake()
    await this.#life
    this.#ending = null
  }

  /** @param isMended  what waits after a failure is tried now, unless the authority wants peace; else it is only looked at */
  nudge(isMended: boolean): void {
    if (isMended) for (const host of this.#hosts) host.history = afterNudge(host.history)
    this.#pause.wake()
  }

  contextOf(host: string): SecureContext | null {
    const kept = this.#find(host)
    if (kept === undefined) return null
    const isNews = isUnasked(kept)
    kept.wasAsked = true
    if (isNews) this.#pause.wake()
    return kept.shown?.context ?? null
  }

  challengeOf(host: string): SecureContext | null {
    return this.#find(host)?.challenge ?? null
  }

  /**
   * Until the first host has a certificate; at once where it has.
   * @param tell  why it has none yet, and whether that is a failure
   */
  async untilServing(signal: AbortSignal, tell: (reason: string, isFailing: boolean) => void): Promise<void> {
    const aborted = untilAborted(signal)
    for (;;) {
      const [first] = this.#hosts
      if (signal.aborted || first === undefined || this.#isValid(first)) return
      const { lastError } = first.history
      tell(this.#waitSentence(first), lastError !== null && !first.isOrdering)
      await Promise.race([this.#told.promise, aborted])
    }
  }

  concerns(): readonly TunnelFinding[] {
    const nowMs = this.#parts.clock.now().getTime()
    return this.#hosts.flatMap((host) => {
      if (host.history.lastError === null || isUnasked(host)) return []
      const isKept = host.shown !== null && host.shown.notAfter.getTime() > nowMs
      const rest = isKept ? `; the one in use ends ${host.shown?.notAfter.toISOString()}` : ''
      const code = isKept ? 'CERTIFICATE_NOT_RENEWED' : 'CERTIFICATE_MISSING'
      return [{ weight: 'warn', code, message: `${this.#waitSentence(host)}${rest}` }]
    })
  }

  #open(name: string): KeptHost {
    const { store, directory, random } = this.#parts
    const files = store.readFiles(name)
    let shown: ShownCertificate | null = null
    try {
      shown = files === null ? null : readCertificate(name, files)
    } catch {
      // Half a file, or another host's: it is got again.
    }
    return {
      name,
      shown,
      history: store.readHistory(name, directory),
      random: random(),
      window: null,
      windowAskedMs: Number.NEGATIVE_INFINITY,
      challenge: null,
      isOrdering: false,
      isElsewhere: false,
      isOptional: false,
      wasAsked: false,
    }
  }

  #find(name: string): KeptHost | undefined {
    return this.#hosts.find((host) => host.name === name)
  }

  async #live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const host of this.#hosts) {
        if (signal.aborted) return
        await this.#attend(host, signal)
      }
      const nowMs = this.#parts.clock.now().getTime()
      const dueMs = Math.min(...this.#hosts.map((host) => this.#dueAt(host, nowMs)))
      await this.#pause.sleep(Math.min(Math.max(dueMs - nowMs, LEAST_PAUSE_MS), LOOK_EVERY_MS), signal)
    }
  }

  async #attend(host: KeptHost, signal: AbortSignal): Promise<void> {
    await this.#askWindow(host, signal)
    host.isElsewhere = false
    const nowMs = this.#parts.clock.now().getTime()
    if (this.#dueAt(host, nowMs) > nowMs) return
    host.isElsewhere = !(await this.#isOurs(host, signal))
    if (!host.isElsewhere && !signal.aborted) await this.#order(host, signal)
  }

  /** The first moment at which a certificate is to be ordered. */
  #dueAt(host: KeptHost, nowMs: number): number {
    const { shown, history, random, window, isElsewhere } = host
    if (isElsewhere || isUnasked(host)) return nowMs + LOOK_EVERY_MS
    const allowedMs = mayOrderAt(history, nowMs)
    const isOfAnother = history.issuedBy !== null && history.issuedBy !== history.directory
    if (shown === null || isOfAnother) return allowedMs
    // A clock that is behind its beginning is wrong: what it says of its end means nothing.
    if (nowMs < shown.notBefore.getTime() - MOST_SKEW_MS) return nowMs + LOOK_EVERY_MS
    return Math.max(renewalMoment(shown, random, window).getTime(), allowedMs)
  }

  async #isOurs({ name }: KeptHost, signal: AbortSignal): Promise<boolean> {
    const [first] = this.#hosts
    if (first === undefined || first.name === name) return true
    return (await Promise.race([this.#parts.leadsHere(name, first.name), untilAborted(signal)])) ?? false
  }

  async #askWindow(host: KeptHost, signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts
    const name = host.shown?.renewalName ?? null
    if (name === null || clock.monotonicMs() - host.windowAskedMs < ASK_WINDOW_EVERY_MS) return
    host.windowAskedMs = clock.monotonicMs()
    try {
      const session = this.#session(signal)
      await session.open()
      host.window = await readRenewalWindow(session, name)
    } catch {
      // It says nothing now: two thirds of its life hold, and it is asked again.
    }
  }

  async #order(host: KeptHost, ending: AbortSignal): Promise<void> {
    const { clock, store, wait } = this.#parts
    const signal = AbortSignal.any([ending, AbortSignal.timeout(ORDER_LIMIT_MS)])
    host.history = afterOrder(host.history, clock.now().getTime())
    host.isOrdering = true
    this.#tell()
    try {
      // Not ordered before it is written down: a home that starts again and again would order again and again.
      store.writeHistory(host.name, host.history)
      const session = this.#session(signal)
      await session.open()
      const files = await orderCertificate({
        session,
        host: host.name,
        replaces: host.shown?.renewalName ?? null,
        show: (digest) => (host.challenge = challengeContext(host.name, digest, clock.now())),
        wait,
        signal,
      })
      const shown = readCertificate(host.name, files)
      store.writeFiles(host.name, files)
      Object.assign(host, { shown, window: null, windowAskedMs: Number.NEGATIVE_INFINITY })
      host.history = afterSuccess(host.history)
      store.writeHistory(host.name, host.history)
      this.#refuseWrongClock(host)
    } catch (error) {
      if (!ending.aborted) this.#failed(host, signal.aborted ? tooSlow(host.name) : error)
    } finally {
      host.challenge = null
      host.isOrdering = false
      this.#tell()
    }
  }

  /** What was given this very moment is valid now: where it is not by our clock, no further order makes it so. */
  #refuseWrongClock(host: KeptHost): void {
    const now = this.#parts.clock.now()
    const { shown } = host
    if (
      shown === null ||
      this.#dueAt({ ...host, history: { ...host.history, ordered: [] } }, now.getTime()) > now.getTime()
    )
      return
    const from = shown.notBefore.toISOString()
    const to = shown.notAfter.toISOString()
    throw new HomebirdError(
      'UNAVAILABLE',
      `this machine’s clock says ${now.toISOString()}, and a certificate of this moment holds from ${from} to ${to}; set the clock`,
    )
  }

  #failed(host: KeptHost, error: unknown): void {
    const { clock, random, store } = this.#parts
    const asked = error instanceof HomebirdError ? error.details['retryAfterSeconds'] : null
    host.history = afterFailure(host.history, {
      now: clock.now().getTime(),
      random: random(),
      askedMs: typeof asked === 'number' ? asked * 1_000 : null,
      why: error instanceof HomebirdError ? error.message : describeError(error),
    })
    try {
      store.writeHistory(host.name, host.history)
    } catch {
      // It holds for this life of the process; what cannot be written is the next failure that is told.
    }
  }

  #session(signal: AbortSignal): AcmeSession {
    const { directory, email, calls, store, clock } = this.#parts
    return new AcmeSession({ directory, email, calls, accounts: store, clock, signal })
  }

  #isValid({ shown }: KeptHost): boolean {
    return shown !== null && this.#parts.clock.now() < shown.notAfter
  }

  #waitSentence({ name, history, isOrdering }: KeptHost): string {
    const authority = new URL(history.directory).host
    if (isOrdering || history.lastError === null) return `getting a certificate for ${name} from ${authority}`
    const nextAt = new Date(mayOrderAt(history, this.#parts.clock.now().getTime())).toISOString()
    return `no new certificate for ${name}: ${history.lastError}; next try ${nextAt}`
  }

  #tell(): void {
    this.#told.resolve(undefined)
    this.#told = Promise.withResolvers<undefined>()
    this.#parts.changed()
  }
}

const nameOf = (host: string): string => host.replace(/:\d+$/, '').toLowerCase()

const isUnasked = ({ isOptional, wasAsked }: KeptHost): boolean => isOptional && !wasAsked

async function untilAborted(signal: AbortSignal): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  if (signal.aborted) resolve(undefined)
  signal.addEventListener('abort', () => resolve(undefined), { once: true })
  return promise
}

const tooSlow = (host: string): HomebirdError =>
  new HomebirdError('UNAVAILABLE', `no certificate for ${host} within ${ORDER_LIMIT_MS / 60_000} minutes`)

function challengeContext(host: string, digest: Buffer, now: Date): SecureContext {
  return createSecureContext({ ...proofCertificate(host, digest, now), minVersion: 'TLSv1.2' })
}
