/**
 * Passkeys: made for one host, kept by a device of the owner, which asks for its finger or its code before it signs. One is
 * two factors at once and signs in alone.
 * @see W3C Web Authentication Level 3
 */
import { createHash } from 'node:crypto'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import { HomebirdError } from '../../core/errors.ts'
import type { Database, Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction } from '../../db/transaction.ts'
import type { Challenges } from './challenges.ts'

/** How long a person may take, in the eyes of the browser. */
const TIMEOUT_MS = 300_000
const MOST_PASSKEYS = 50
/** Ed25519, ECDSA with SHA-256, RSA with SHA-256: what devices have. */
const ALGORITHMS = [-8, -7, -257]

/** The libraries of certificates are big, and most days nobody needs them. */
const library = async () => import('@simplewebauthn/server')

/** Where a page of ours stands, as browsers see it. */
export interface PasskeyPlace {
  readonly rpId: string
  readonly origin: string
}

/** @param origin  of the page; null where browsers know no passkeys: an address by number has no name to make one for */
export function passkeyPlace(origin: string): PasskeyPlace | null {
  if (!URL.canParse(origin)) return null
  const { hostname, protocol, origin: whole } = new URL(origin)
  const isSafe = protocol === 'https:' || hostname === 'localhost'
  // The parser has written every number as four, or in brackets.
  if (!isSafe || /^(?:\[.*|\d+(?:\.\d+){3})$/.test(hostname)) return null
  return { rpId: hostname, origin: whole }
}

export async function listPasskeys(db: Querier): Promise<Row<'passkeys'>[]> {
  return db.selectFrom('passkeys').selectAll().orderBy('id').execute()
}

export async function hasPasskeys(db: Querier, rpId: string): Promise<boolean> {
  const row = await db
    .selectFrom('passkeys')
    .select('id')
    .where('rp_id', '=', rpId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** @param label  whose it is, for the list of the device: a handle */
export async function beginMaking(
  db: Querier,
  challenges: Challenges,
  place: PasskeyPlace,
  label: string,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { generateRegistrationOptions } = await library()
  const existing = await db
    .selectFrom('passkeys')
    .select(['credential_id', 'transports'])
    .where('rp_id', '=', place.rpId)
    .execute()
  return generateRegistrationOptions({
    rpName: 'Homebird',
    rpID: place.rpId,
    userName: label,
    userDisplayName: label,
    userID: new Uint8Array(createHash('sha256').update(`homebird owner\n${place.rpId}`).digest()),
    challenge: await challenges.issue('make', place.rpId),
    timeout: TIMEOUT_MS,
    // Which make of device it is is none of our business.
    attestationType: 'none',
    excludeCredentials: existing.map((one) => ({ id: one.credential_id, transports: one.transports })),
    supportedAlgorithmIDs: ALGORITHMS,
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

export interface NewPasskey {
  readonly response: RegistrationResponseJSON
  readonly name: string
}

/**
 * @param alongside  what happens in the same transaction, and forbids the whole by throwing
 * @throws HomebirdError UNPROCESSABLE for an answer that does not fit, CONFLICT for too many
 */
export async function finishMaking(
  db: Database,
  challenges: Challenges,
  place: PasskeyPlace,
  { response, name }: NewPasskey,
  now: Date,
  alongside: (tx: Transaction) => Promise<void> = async () => {},
): Promise<void> {
  if ((await listPasskeys(db)).length >= MOST_PASSKEYS) {
    throw new HomebirdError('CONFLICT', `there are ${MOST_PASSKEYS} passkeys already`, { safe: 'too_many' })
  }
  const { verifyRegistrationResponse } = await library()
  const verified = await refusedAs('make', async () =>
    verifyRegistrationResponse({
      response,
      expectedChallenge: async (challenge) => challenges.take('make', place.rpId, challenge),
      expectedOrigin: place.origin,
      expectedRPID: place.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  )
  const { registrationInfo: made } = verified
  if (!verified.verified || made === undefined) throw notFitting('make', 'it was not verified')
  const row = {
    credential_id: made.credential.id,
    public_key: Buffer.from(made.credential.publicKey),
    counter: String(made.credential.counter),
    transports: made.credential.transports ?? [],
    rp_id: place.rpId,
    name,
    is_synced: made.credentialBackedUp,
    created_at: now,
  }
  await inTransaction(db, async (tx) => {
    await alongside(tx)
    await tx
      .insertInto('passkeys')
      .values(row)
      .onConflict((conflict) => conflict.column('credential_id').doNothing())
      .execute()
  })
}

/** Names no passkey: the device knows which it has, and a stranger learns nothing. */
export async function beginUsing(
  challenges: Challenges,
  place: PasskeyPlace,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { generateAuthenticationOptions } = await library()
  return generateAuthenticationOptions({
    rpID: place.rpId,
    challenge: await challenges.issue('use', place.rpId),
    timeout: TIMEOUT_MS,
    userVerification: 'required',
  })
}

/**
 * A counter that did not grow is the mark of a copied authenticator; those that never count say 0.
 * @throws HomebirdError UNPROCESSABLE for whatever does not prove that it is the owner
 */
export async function finishUsing(
  db: Querier,
  challenges: Challenges,
  place: PasskeyPlace,
  response: AuthenticationResponseJSON,
  now: Date,
): Promise<void> {
  const row = await db
    .selectFrom('passkeys')
    .selectAll()
    .where('credential_id', '=', response.id)
    .where('rp_id', '=', place.rpId)
    .executeTakeFirst()
  if (row === undefined) throw notFitting('use', 'it is not known here')
  const { verifyAuthenticationResponse } = await library()
  const { verified, authenticationInfo: used } = await refusedAs('use', async () =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge: async (challenge) => challenges.take('use', place.rpId, challenge),
      expectedOrigin: place.origin,
      expectedRPID: place.rpId,
      credential: {
        id: row.credential_id,
        publicKey: new Uint8Array(row.public_key),
        counter: Number(row.counter),
      },
      requireUserVerification: true,
    }),
  )
  if (!verified) throw notFitting('use', 'it was not verified')
  const { newCounter } = used
  // In the same statement, so that of two that come at once with one count only one is good.
  const written = await db
    .updateTable('passkeys')
    .set({ counter: String(newCounter), last_used_at: now, is_synced: used.credentialBackedUp })
    .where('id', '=', row.id)
    .where((eb) => (newCounter === 0 ? eb('counter', '=', '0') : eb('counter', '<', String(newCounter))))
    .executeTakeFirst()
  if (written.numUpdatedRows === 0n) throw notFitting('use', 'its counter did not grow')
}

export async function renamePasskey(db: Querier, id: string, name: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('passkeys')
    .set({ name })
    .where('id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function removePasskey(db: Querier, id: string): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('passkeys').where('id', '=', id).executeTakeFirst()
  return numDeletedRows > 0n
}

/** What the library throws is a refusal: everything it reads comes from a stranger. */
async function refusedAs<T>(what: 'make' | 'use', verify: () => Promise<T>): Promise<T> {
  try {
    return await verify()
  } catch (cause) {
    throw notFitting(what, 'it does not verify', cause)
  }
}

function notFitting(what: 'make' | 'use', why: string, cause?: unknown): HomebirdError {
  return new HomebirdError('UNPROCESSABLE', `a passkey to ${what} is refused: ${why}`, {
    safe: 'passkey_refused',
    cause,
  })
}
