/** Whether it is the owner who signs in: the password, and the second factor where one is set up. */
import { assertNever } from '../../core/errors.ts'
import type { Database } from '../../db/pool.ts'
import { inTransaction } from '../../db/transaction.ts'
import { verifyOwnerPassword } from '../owner/password.ts'
import { findRecoveryCode, takeRecoveryCode } from './recovery-codes.ts'
import { findTotp, removeTotp, stepOfCode, takeStep } from './totp.ts'

export interface SignInProof {
  readonly password: string
  /** Of the authenticator, or a recovery code; empty where there is none. */
  readonly code: string
}

/** The two kinds of wrong are for whoever counts tries: a person is told the same for both. */
export type ProofVerdict = 'proved' | 'wrong_password' | 'wrong_code'

type CodeMatch =
  | { readonly kind: 'not_needed' }
  | { readonly kind: 'step'; readonly step: number }
  | { readonly kind: 'recovery'; readonly hash: Buffer }

/**
 * The code is looked at whatever the password is, so that the time tells nothing of either; it is used up only beside the
 * right password.
 * @param takesSteps  false where too many codes were wrong: then recovery codes alone count, which nobody guesses
 */
export async function proveOwner(
  db: Database,
  proof: SignInProof,
  now: Date,
  takesSteps: boolean,
): Promise<ProofVerdict> {
  const [isRight, match] = await Promise.all([
    verifyOwnerPassword(db, proof.password),
    matchCode(db, proof.code, now, takesSteps),
  ])
  if (!isRight) return 'wrong_password'
  if (match === null) return 'wrong_code'
  return (await takeMatch(db, match, now)) ? 'proved' : 'wrong_code'
}

async function matchCode(
  db: Database,
  code: string,
  now: Date,
  takesSteps: boolean,
): Promise<CodeMatch | null> {
  const [key, recovery] = await Promise.all([findTotp(db), findRecoveryCode(db, code)])
  if (key === undefined) return { kind: 'not_needed' }
  if (recovery !== null) return { kind: 'recovery', hash: recovery }
  const step = takesSteps ? stepOfCode(key, code, now) : null
  return step === null ? null : { kind: 'step', step }
}

async function takeMatch(db: Database, match: CodeMatch, now: Date): Promise<boolean> {
  switch (match.kind) {
    case 'not_needed':
      return true
    case 'step':
      return takeStep(db, match.step)
    case 'recovery':
      return takeRecoveryCode(db, match.hash, now)
    default:
      return assertNever(match)
  }
}

/** Whether sign-in asks for a code. */
export async function asksForCode(db: Database): Promise<boolean> {
  return (await findTotp(db)) !== undefined
}

/** For whoever may work on the machine itself: the password alone signs in again. Those who are signed in stay so. */
export async function resetSecondFactors(db: Database): Promise<void> {
  await inTransaction(db, async (tx) => {
    await removeTotp(tx)
    await tx.deleteFrom('recovery_codes').execute()
    await tx.deleteFrom('passkeys').execute()
    await tx.deleteFrom('passkey_links').execute()
  })
}
