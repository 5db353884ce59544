/**
 * What a sender keeps in memory about other hosts: those that fail or want a particular signature, read together now and
 * then; and what it learns of them, written back in groups.
 */
import { boundedMap } from '../../core/bounded-map.ts'
import type { Clock } from '../../core/clock.ts'
import { describeError } from '../../core/errors.ts'
import { grouped } from '../../core/grouped.ts'
import type { Logger } from '../../core/log.ts'
import type { Database } from '../../db/pool.ts'
import {
  type PeerFacts,
  type PeerFailure,
  type PutOff,
  closeBreakers,
  listAnswered,
  listPeers,
  listRemarkablePeers,
  putOffHosts,
  recordFailures,
  recordSuccesses,
} from './breaker.ts'
import { type SignatureKind, recordSignatureKind, signatureKindOf } from '../peers/signature-preference.ts'
import { inboxIsThere, listMissingInboxes } from './after-delivery.ts'

/** What another worker has found out is known here at the latest after this long. */
const REREAD_AFTER_MS = 20_000
/** That a host without troubles answers is written down this often. */
const SUCCESS_EVERY_MS = 3_600_000
const SUCCESSES_AFTER_MS = 10_000
const MOST_SUCCESSES = 500
const MOST_HOSTS = 10_000
const MOST_PER_STATEMENT = 200

export interface PeerWatch {
  /** Undefined for a host of which nothing is to be known. */
  find(host: string): Promise<PeerFacts | undefined>
  /** Counts a failure. @returns the host as it is now, its breaker opened perhaps */
  failed(host: string, error: string, retryAfterSeconds: number | null): Promise<PeerFacts | undefined>
  /** The turn of a host that failed comes in so many seconds. @returns as `failed`; undefined where it has answered meanwhile */
  putOff(host: string, seconds: number): Promise<PeerFacts | undefined>
  /** The host answered. Resolves when its breaker, if it was open, is closed. */
  answered(host: string): Promise<void>
  /** Whether the host has ever answered a delivery. */
  hasAnswered(host: string): Promise<boolean>
  /** The inbox took an activity: what was held against it is forgotten. */
  accepted(inboxUri: string): Promise<void>
  /** The host asked for patience: nothing goes to it until then. */
  hold(host: string, seconds: number): void
  /** Seconds until something may go to the host; 0 for now. */
  heldSeconds(host: string): number
  /** The host takes this kind of signature, or asks for it. */
  takes(host: string, kind: SignatureKind): Promise<void>
  /** Writes what is not written yet. */
  flush(): Promise<void>
  close(): Promise<void>
}

interface WatchParts {
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
}

export function createPeerWatch(parts: WatchParts): PeerWatch {
  return new Watch(parts)
}

class Watch implements PeerWatch {
  readonly #parts: WatchParts
  readonly #answeredAtMs = boundedMap<string, number>({ max: MOST_HOSTS })
  /** Monotonic milliseconds. Of this process only: another one asks, and is told the same. */
  readonly #heldUntilMs = boundedMap<string, number>({ max: MOST_HOSTS })
  readonly #fail: (failure: PeerFailure) => Promise<PeerFacts | undefined>
  readonly #look: (host: string) => Promise<PeerFacts | undefined>
  readonly #putOff: (putOff: PutOff) => Promise<PeerFacts | undefined>
  readonly #findAnswered: (host: string) => Promise<boolean>
  #remarkable: Promise<Remarkable> | null = null
  #readAtMs = Number.NEGATIVE_INFINITY
  #successes = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  constructor(parts: WatchParts) {
    this.#parts = parts
    this.#fail = grouped(MOST_PER_STATEMENT, async (failures: readonly PeerFailure[]) => {
      const peers = await recordFailures(parts.db, summed(failures), () => parts.clock.now())
      return this.#learned(peers, failures)
    })
    this.#putOff = grouped(MOST_PER_STATEMENT, async (all: readonly PutOff[]) => {
      // One row for each host: a statement may touch a row only once.
      const hosts = [...new Map(all.map((one) => [one.host, one])).values()]
      const peers = await this.#learned(await putOffHosts(parts.db, hosts, () => parts.clock.now()), all)
      // Of what is in no trouble any more another worker knew first.
      for (const [index, { host }] of all.entries()) if (peers[index] === undefined) await this.#forgive(host)
      return peers
    })
    this.#look = grouped(MOST_PER_STATEMENT, async (hosts: readonly string[]) =>
      this.#learned(
        await listPeers(parts.db, hosts, parts.clock.now()),
        hosts.map((host) => ({ host })),
      ),
    )
    this.#findAnswered = grouped(MOST_PER_STATEMENT, async (hosts: readonly string[]) => {
      const answered = new Set(await listAnswered(parts.db, hosts))
      return hosts.map((host) => answered.has(host))
    })
  }

  async find(host: string): Promise<PeerFacts | undefined> {
    const peer = (await this.#known()).peers.get(host)
    if (peer === undefined || peer.retry_at === null || peer.retry_at <= this.#parts.clock.now()) return peer
    // It is being asked for although it should wait: somebody may know better by now, and have made it due.
    return this.#look(host)
  }

  async failed(
    host: string,
    error: string,
    retryAfterSeconds: number | null,
  ): Promise<PeerFacts | undefined> {
    this.#answeredAtMs.delete(host)
    return this.#fail({ host, failures: 1, error: error.slice(0, 500), retryAfterSeconds })
  }

  async putOff(host: string, seconds: number): Promise<PeerFacts | undefined> {
    return this.#putOff({ host, seconds })
  }

  /** @returns what is known now of each that was asked about */
  async #learned(
    peers: readonly PeerFacts[],
    asked: readonly { readonly host: string }[],
  ): Promise<(PeerFacts | undefined)[]> {
    const known = await this.#known()
    for (const peer of peers) known.peers.set(peer.host, peer)
    const byHost = new Map(peers.map((peer) => [peer.host, peer]))
    return asked.map(({ host }) => byHost.get(host))
  }

  async answered(host: string): Promise<void> {
    const nowMs = this.#parts.clock.monotonicMs()
    if (await this.#forgive(host)) {
      this.#answeredAtMs.delete(host)
      await this.#close(host)
    }
    if (nowMs - (this.#answeredAtMs.get(host) ?? Number.NEGATIVE_INFINITY) < SUCCESS_EVERY_MS) return
    this.#answeredAtMs.set(host, nowMs)
    this.#successes.add(host)
    if (this.#successes.size >= MOST_SUCCESSES) await this.flush()
    this.#timer ??= setTimeout(() => void this.flush(), SUCCESSES_AFTER_MS).unref()
  }

  async #close(host: string): Promise<void> {
    try {
      await closeBreakers(this.#parts.db, [host])
    } catch (error) {
      // It counts as open as long as the database has it so, and its next answer closes it.
      this.#remarkable = null
      throw error
    }
  }

  /** Nothing is known against it any more. @returns whether something was */
  async #forgive(host: string): Promise<boolean> {
    const { peers } = await this.#known()
    const peer = peers.get(host)
    if (peer === undefined || peer.failures === 0) return false
    peers.set(host, { ...peer, failures: 0, failing_since: null, retry_at: null, unavailable_at: null })
    return true
  }

  async hasAnswered(host: string): Promise<boolean> {
    return this.#answeredAtMs.has(host) || this.#findAnswered(host)
  }

  async accepted(inboxUri: string): Promise<void> {
    const { missingInboxes } = await this.#known()
    if (missingInboxes.delete(inboxUri)) await inboxIsThere(this.#parts.db, inboxUri)
  }

  hold(host: string, seconds: number): void {
    this.#heldUntilMs.set(host, this.#parts.clock.monotonicMs() + seconds * 1000)
  }

  heldSeconds(host: string): number {
    const until = this.#heldUntilMs.get(host)
    return until === undefined ? 0 : Math.max(0, (until - this.#parts.clock.monotonicMs()) / 1000)
  }

  async takes(host: string, kind: SignatureKind): Promise<void> {
    const known = (await this.#known()).peers
    const peer = known.get(host) ?? { ...UNREMARKABLE, host }
    if (signatureKindOf(peer) === kind) return
    const learned = { prefers_rfc9421: kind !== 'cavage', wants_ed25519: kind === 'rfc9421_ed25519' }
    known.set(host, { ...peer, ...learned })
    await recordSignatureKind(this.#parts.db, host, kind)
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const hosts = [...this.#successes]
    this.#successes = new Set()
    try {
      await recordSuccesses(this.#parts.db, hosts)
    } catch (error) {
      // No delivery depends on it, and the next one says the same.
      this.#parts.log.warn({ event: 'delivery.successes_unwritten', error: describeError(error) })
    }
  }

  async close(): Promise<void> {
    await this.flush()
  }

  async #known(): Promise<Remarkable> {
    const nowMs = this.#parts.clock.monotonicMs()
    if (this.#remarkable !== null && nowMs - this.#readAtMs < REREAD_AFTER_MS) return this.#remarkable
    this.#readAtMs = nowMs
    const reading = readRemarkable(this.#parts.db, this.#parts.clock.now())
    this.#remarkable = reading
    // A failure reaches whoever waits for it, and the next one reads again.
    reading.catch(() => {
      if (this.#remarkable === reading) this.#remarkable = null
    })
    return reading
  }
}

interface Remarkable {
  readonly peers: Map<string, PeerFacts>
  readonly missingInboxes: Set<string>
}

async function readRemarkable(db: Database, now: Date): Promise<Remarkable> {
  const [peers, missing] = await Promise.all([listRemarkablePeers(db, now), listMissingInboxes(db)])
  return { peers: new Map(peers.map((peer) => [peer.host, peer])), missingInboxes: new Set(missing) }
}

const UNREMARKABLE: Omit<PeerFacts, 'host'> = {
  failures: 0,
  failing_since: null,
  retry_at: null,
  prefers_rfc9421: null,
  wants_ed25519: false,
  unavailable_at: null,
}

const NONE_BEFORE: Pick<PeerFailure, 'failures' | 'retryAfterSeconds'> = {
  failures: 0,
  retryAfterSeconds: null,
}

/** One row for each host: a statement may touch a row only once. */
function summed(failures: readonly PeerFailure[]): PeerFailure[] {
  const byHost = new Map<string, PeerFailure>()
  for (const one of failures) {
    const { failures: before, retryAfterSeconds } = byHost.get(one.host) ?? NONE_BEFORE
    byHost.set(one.host, {
      ...one,
      failures: before + one.failures,
      retryAfterSeconds: one.retryAfterSeconds ?? retryAfterSeconds,
    })
  }
  return [...byHost.values()]
}
