/**
 * Codes of an authenticator app: six digits that change every thirty seconds. The secret is shown while it is set up and
 * never again; a code is taken a step early or late, and once.
 * @see RFC 6238; security rule 76
 */
import { randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { HomebirdError } from '../../core/errors.ts'
import type { Querier, Transaction } from '../../db/pool.ts'

/** As long as the hash is wide. @see RFC 4226 4 */
const SECRET_BYTES = 20
const STEP_SECONDS = 30
const STEPS_EITHER_WAY = 1
/** A secret that nobody confirmed is of no use any more then. */
const PENDING_MS = 1_800_000
const ISSUER = 'Homebird'

export interface PendingTotp {
  /** In base32, for those who type it. */
  readonly secret: string
  /** `otpauth://…`, for what reads the picture. */
  readonly address: string
}

export interface TotpKey {
  readonly secret: Buffer
  readonly lastStep: number
  readonly createdAt: Date
}

/** The key that counts; undefined where no code is asked for. */
export async function findTotp(db: Querier): Promise<TotpKey | undefined> {
  return findKey(db, false)
}

async function findKey(db: Querier, isPending: boolean): Promise<TotpKey | undefined> {
  const row = await db
    .selectFrom('totp_keys')
    .select(['secret', 'last_step', 'created_at'])
    .where('is_pending', '=', isPending)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return { secret: row.secret, lastStep: Number(row.last_step), createdAt: row.created_at }
}

/**
 * Makes a secret that counts once a code of it was given; an earlier one counts until then.
 * @param label  whose it is, for the list of the authenticator
 */
export async function beginTotp(db: Querier, label: string, now: Date): Promise<PendingTotp> {
  const secret = randomBytes(SECRET_BYTES)
  const row = { is_pending: true, secret, created_at: now, last_step: '0' }
  await db
    .insertInto('totp_keys')
    .values(row)
    .onConflict((conflict) => conflict.column('is_pending').doUpdateSet(row))
    .execute()
  const totp = new TOTP({ ...shape(secret), issuer: ISSUER, label })
  return { secret: totp.secret.base32, address: totp.toString() }
}

/** @throws HomebirdError UNPROCESSABLE for a wrong code, and where nothing is being set up */
export async function confirmTotp(tx: Transaction, code: string, now: Date): Promise<void> {
  const pending = await findKey(tx, true)
  const isFresh = pending !== undefined && now.getTime() - pending.createdAt.getTime() < PENDING_MS
  const step = isFresh ? stepOfCode(pending, code, now) : null
  if (step === null) {
    const safe = isFresh ? 'wrong_code' : 'not_begun'
    throw new HomebirdError('UNPROCESSABLE', `an authenticator is not confirmed: ${safe}`, { safe })
  }
  await tx.deleteFrom('totp_keys').where('is_pending', '=', false).execute()
  await tx
    .updateTable('totp_keys')
    .set({ is_pending: false, created_at: now, last_step: String(step) })
    .where('is_pending', '=', true)
    .execute()
}

export async function removeTotp(tx: Transaction): Promise<void> {
  await tx.deleteFrom('totp_keys').execute()
}

/** The step of a good code that was not taken yet; null for every other text. */
export function stepOfCode(key: TotpKey, code: string, now: Date): number | null {
  const token = code.replaceAll(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return null
  const timestamp = now.getTime()
  const delta = new TOTP(shape(key.secret)).validate({ token, timestamp, window: STEPS_EITHER_WAY })
  if (delta === null) return null
  const step = Math.floor(timestamp / 1_000 / STEP_SECONDS) + delta
  return step > key.lastStep ? step : null
}

/** @returns false where another request has taken this code, or a later one */
export async function takeStep(db: Querier, step: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('totp_keys')
    .set({ last_step: String(step) })
    .where('is_pending', '=', false)
    .where('last_step', '<', String(step))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

function shape(secret: Buffer) {
  const bytes = new Uint8Array(secret)
  return {
    secret: new Secret({ buffer: bytes.buffer }),
    algorithm: 'SHA1',
    digits: 6,
    period: STEP_SECONDS,
  }
}
