/**
 * Tells the fall of one server from the fall of our own line. When several servers that were fine fall silent together
 * and nobody answers meanwhile, it is the line: deliveries pause without being counted, one probe at a time looks
 * whether it is back, and then they begin again gently. Whoever refuses or breaks off has answered here: it takes a
 * line to be refused by it. So a gateway that refuses everything is no line that is down: its failures are counted, as those of
 * servers that died are, and nothing is lost by it but time. Were many refusals a silence, somebody whose followers are on servers
 * that all are gone would be told to be offline for ever. Pure but for the clock and chance it is given.
 * @see security rule 106
 */
import type { Clock } from '../../core/clock.ts'

/** So many different servers in a row, each of which has answered before and not failed since. */
const SILENT_HOSTS = 3
/** Those that fell silent longer ago prove nothing of now. */
const TOGETHER_MS = 120_000
const FIRST_PAUSE_MS = 15_000
const LONGEST_PAUSE_MS = 120_000
/** What waited for the line comes back spread over so long. */
export const JITTER_SECONDS = 60
const RAMP_MS = 60_000
const RAMP_PARALLEL = 8
const RAMP_PER_HOST = 2
/** The wall clock runs on while the machine sleeps, the other does not. */
const SLEPT_MS = 30_000

export type Admission =
  | { readonly kind: 'go'; readonly leave: () => void }
  /** Not now, and no attempt. */
  | { readonly kind: 'wait'; readonly afterSeconds: number }

/** A try to which nothing at all came back. */
export interface Silence {
  readonly host: string
  /** It has answered before, and nothing was known against it: the silence of others proves nothing. */
  readonly wasFine: boolean
  /** Monotonic milliseconds at which the try began: who answered since shows that the line was there all along. */
  readonly sinceMs: number
}

interface Waiting {
  readonly host: string
  /** It is counted as going already. */
  readonly go: () => void
}

export class OfflineGuard {
  readonly #clock: Clock
  readonly #random: () => number
  /** Hosts, and when they were found silent. */
  readonly #silent = new Map<string, number>()
  #answeredAtMs = Number.NEGATIVE_INFINITY
  #isOffline = false
  #pauseMs = FIRST_PAUSE_MS
  #probeAtMs = 0
  #isProbing = false
  #rampUntilMs = Number.NEGATIVE_INFINITY
  #going = 0
  readonly #goingByHost = new Map<string, number>()
  #queue: Waiting[] = []
  #offsetMs: number
  #onRest: (ms: number) => void = () => undefined

  /** @param random  at least 0 and below 1 */
  constructor(clock: Clock, random: () => number = Math.random) {
    this.#clock = clock
    this.#random = random
    this.#offsetMs = clock.now().getTime() - clock.monotonicMs()
  }

  get isOffline(): boolean {
    return this.#isOffline
  }

  /**
   * Tells whoever takes up deliveries for how long there is no use in it: what is left alone other machines find, whose line may
   * be there. With 0 milliseconds it is over.
   */
  follow(onRest: (ms: number) => void): void {
    this.#onRest = onRest
  }

  /** Asks for leave to send. After a pause it may come late; `leave` is called when the exchange is over. */
  async enter(host: string): Promise<Admission> {
    this.#noticeSleep()
    const isProbe = this.#isOffline
    if (isProbe) {
      const waitMs = this.#probeAtMs - this.#clock.monotonicMs()
      if (this.#isProbing || waitMs > 0) return this.#wait(Math.max(0, waitMs))
      this.#isProbing = true
    }
    if (this.#isRamping() && !this.#hasRoom(host)) {
      await new Promise<void>((resolve) => this.#queue.push({ host, go: resolve }))
    } else {
      this.#admit(host)
    }
    let hasLeft = false
    const leave = (): void => {
      if (hasLeft) return
      hasLeft = true
      this.#left(host, isProbe)
    }
    // Something may have happened to the line while this one stood in the queue.
    if (!this.#isOffline || isProbe) return { kind: 'go', leave }
    leave()
    return this.#wait(this.#probeAtMs - this.#clock.monotonicMs())
  }

  /**
   * Somebody answered, whatever the answer was; a refusal is one.
   * @returns true when the line is back: what waited for it is due
   */
  answered(): boolean {
    this.#silent.clear()
    this.#answeredAtMs = this.#clock.monotonicMs()
    if (!this.#isOffline) return false
    this.#isOffline = false
    this.#pauseMs = FIRST_PAUSE_MS
    this.rampUp()
    this.#onRest(0)
    return true
  }

  /** @returns true while it is our own line: then it is no failure of the host */
  silent({ host, wasFine, sinceMs }: Silence): boolean {
    if (this.#isOffline) {
      if (this.#isProbing) this.#planProbe()
      return true
    }
    const nowMs = this.#clock.monotonicMs()
    if (wasFine && sinceMs >= this.#answeredAtMs) this.#silent.set(host, nowMs)
    for (const [one, atMs] of this.#silent) if (nowMs - atMs > TOGETHER_MS) this.#silent.delete(one)
    if (this.#silent.size < SILENT_HOSTS) return false
    this.#isOffline = true
    this.#planProbe()
    this.#wakeQueue()
    return true
  }

  /** For how long everything should wait: until the next probe, and a little by chance. */
  pauseSeconds(): number {
    return this.#wait(this.#probeAtMs - this.#clock.monotonicMs()).afterSeconds
  }

  /** The machine has slept or is on another network: the next to ask is the probe, and does not wait for its time. */
  mayBeBack(): void {
    if (!this.#isOffline) return
    this.#pauseMs = FIRST_PAUSE_MS
    this.#probeAtMs = this.#clock.monotonicMs()
    this.#onRest(0)
  }

  /** Begins gently: after a pause, and when the machine was asleep. */
  rampUp(): void {
    this.#rampUntilMs = this.#clock.monotonicMs() + RAMP_MS
  }

  #planProbe(): void {
    this.#isProbing = false
    this.#probeAtMs = this.#clock.monotonicMs() + this.#pauseMs
    this.#onRest(this.#pauseMs)
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
  }

  #wait(waitMs: number): Extract<Admission, { kind: 'wait' }> {
    return { kind: 'wait', afterSeconds: Math.max(1, waitMs / 1000) + this.#random() * JITTER_SECONDS }
  }

  #isRamping(): boolean {
    return this.#clock.monotonicMs() < this.#rampUntilMs
  }

  #hasRoom(host: string): boolean {
    return this.#going < RAMP_PARALLEL && (this.#goingByHost.get(host) ?? 0) < RAMP_PER_HOST
  }

  #admit(host: string): void {
    this.#going += 1
    this.#goingByHost.set(host, (this.#goingByHost.get(host) ?? 0) + 1)
  }

  #left(host: string, isProbe: boolean): void {
    this.#going -= 1
    const ofHost = (this.#goingByHost.get(host) ?? 1) - 1
    if (ofHost > 0) this.#goingByHost.set(host, ofHost)
    else this.#goingByHost.delete(host)
    if (isProbe) this.#isProbing = false
    this.#wakeQueue()
  }

  #wakeQueue(): void {
    const isFree = this.#isOffline || !this.#isRamping()
    const queue = this.#queue
    this.#queue = []
    for (const one of queue) {
      if (isFree || this.#hasRoom(one.host)) {
        this.#admit(one.host)
        one.go()
      } else {
        this.#queue.push(one)
      }
    }
  }

  #noticeSleep(): void {
    const offsetMs = this.#clock.now().getTime() - this.#clock.monotonicMs()
    if (offsetMs - this.#offsetMs > SLEPT_MS) this.rampUp()
    this.#offsetMs = offsetMs
  }
}
