/**
 * What a passkey has to sign: good once, for five minutes, in every process of the home. Nothing is kept for those that are
 * given out, so that strangers may ask as often as they like; those that were used are remembered until they are too old.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import type { Database } from '../../db/pool.ts'
import { loadMediaKey } from '../media/media-key.ts'
import { hashSecret } from '../oauth/secrets.ts'

const LIFETIME_MS = 300_000
const NONCE_BYTES = 16
const MOMENT_BYTES = 8
const HEAD_BYTES = NONCE_BYTES + MOMENT_BYTES
const MAC_BYTES = 32

/** A challenge of one purpose is worth nothing for the other. */
export type ChallengePurpose = 'make' | 'use'

export class Challenges {
  readonly #db: Database
  readonly #clock: Pick<Clock, 'now'>
  #key: Promise<Buffer> | null = null

  constructor({ db, clock }: { readonly db: Database; readonly clock: Pick<Clock, 'now'> }) {
    this.#db = db
    this.#clock = clock
  }

  /** @param rpId  the host for which it is good */
  async issue(purpose: ChallengePurpose, rpId: string): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(newChallenge(await this.#ownKey(), purpose, rpId, this.#clock.now()))
  }

  /** @param challenge  in base64url, as browsers hand it back; false the second time */
  async take(purpose: ChallengePurpose, rpId: string, challenge: string): Promise<boolean> {
    const now = this.#clock.now()
    if (!isChallenge(await this.#ownKey(), purpose, rpId, challenge, now)) return false
    await this.#db
      .deleteFrom('used_challenges')
      .where('used_at', '<', new Date(now.getTime() - 2 * LIFETIME_MS))
      .execute()
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('used_challenges')
      .values({ challenge_hash: hashSecret(challenge), used_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    return numInsertedOrUpdatedRows === 1n
  }

  /** Of the key that all processes share, and unlike it. */
  async #ownKey(): Promise<Buffer> {
    this.#key ??= loadMediaKey(this.#db).then((key) =>
      createHmac('sha256', key).update('passkey challenges').digest(),
    )
    try {
      return await this.#key
    } catch (error) {
      this.#key = null
      throw error
    }
  }
}

export function newChallenge(key: Buffer, purpose: ChallengePurpose, rpId: string, now: Date): Buffer {
  const moment = Buffer.alloc(MOMENT_BYTES)
  moment.writeBigInt64BE(BigInt(now.getTime()))
  const head = Buffer.concat([randomBytes(NONCE_BYTES), moment])
  return Buffer.concat([head, mac(key, head, purpose, rpId)])
}

/** Whether it was given out for this by a process of this home, not long ago. */
export function isChallenge(
  key: Buffer,
  purpose: ChallengePurpose,
  rpId: string,
  challenge: string,
  now: Date,
): boolean {
  const bytes = Buffer.from(challenge, 'base64url')
  // Written in one way only: another spelling of the same bytes would be good a second time.
  if (bytes.length !== HEAD_BYTES + MAC_BYTES || bytes.toString('base64url') !== challenge) return false
  const head = bytes.subarray(0, HEAD_BYTES)
  if (!timingSafeEqual(bytes.subarray(HEAD_BYTES), mac(key, head, purpose, rpId))) return false
  const ageMs = now.getTime() - Number(head.readBigInt64BE(NONCE_BYTES))
  return Math.abs(ageMs) <= LIFETIME_MS
}

function mac(key: Buffer, head: Buffer, purpose: ChallengePurpose, rpId: string): Buffer {
  return createHmac('sha256', key).update(`${purpose}\n${rpId}\n`).update(head).digest()
}
