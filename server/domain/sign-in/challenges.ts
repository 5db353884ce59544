/**
 * What a passkey has to sign: good once, for five minutes, in this process. Nothing is kept for those that are given out, so
 * that strangers may ask as often as they like; those that were used are remembered until they are too old.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../core/clock.ts'

const LIFETIME_MS = 300_000
const NONCE_BYTES = 16
const MOMENT_BYTES = 8
const MAC_BYTES = 32
/** Tries are limited far below. */
const MOST_USED = 10_000

/** A challenge of one purpose is worth nothing for the other. */
export type ChallengePurpose = 'make' | 'use'

export class Challenges {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #key = randomBytes(32)
  readonly #used = new LRUCache<string, true>({ max: MOST_USED, ttl: LIFETIME_MS * 2 })

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  /** @param rpId  the host for which it is good */
  issue(purpose: ChallengePurpose, rpId: string): Uint8Array<ArrayBuffer> {
    const moment = Buffer.alloc(MOMENT_BYTES)
    moment.writeDoubleBE(this.#clock.monotonicMs())
    const head = Buffer.concat([randomBytes(NONCE_BYTES), moment])
    return new Uint8Array(Buffer.concat([head, this.#mac(head, purpose, rpId)]))
  }

  /** @param challenge  in base64url, as browsers hand it back; false the second time */
  take(purpose: ChallengePurpose, rpId: string, challenge: string): boolean {
    const bytes = Buffer.from(challenge, 'base64url')
    if (bytes.length !== NONCE_BYTES + MOMENT_BYTES + MAC_BYTES) return false
    const head = bytes.subarray(0, NONCE_BYTES + MOMENT_BYTES)
    if (!timingSafeEqual(bytes.subarray(head.length), this.#mac(head, purpose, rpId))) return false
    const age = this.#clock.monotonicMs() - head.readDoubleBE(NONCE_BYTES)
    const name = head.toString('base64url')
    if (age > LIFETIME_MS || this.#used.has(name)) return false
    this.#used.set(name, true)
    return true
  }

  #mac(head: Buffer, purpose: ChallengePurpose, rpId: string): Buffer {
    return createHmac('sha256', this.#key).update(`${purpose}\n${rpId}\n`).update(head).digest()
  }
}
