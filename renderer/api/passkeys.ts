/** What the browser does with passkeys: asks the person and their device, and says why where nothing came of it. */
import { ApiFailure } from './failure.ts'
import type { PasskeyQuestion } from './sign-in.ts'

/** False where the page is reached by a number, where it is not safe, and in older browsers. */
export function canUsePasskeys(): boolean {
  return (
    typeof PublicKeyCredential === 'function' &&
    'parseRequestOptionsFromJSON' in PublicKeyCredential &&
    !/^[\d.]+$|^\[/.test(window.location.hostname)
  )
}

/** @throws ApiFailure refused, with `nothing_done` where the person said no */
export async function signWithPasskey(question: PasskeyQuestion): Promise<object> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    question as unknown as PublicKeyCredentialRequestOptionsJSON,
  )
  return answerOf(async () => navigator.credentials.get({ publicKey }))
}

/** @throws ApiFailure refused, with `nothing_done` or `is_there` */
export async function createPasskey(question: PasskeyQuestion): Promise<object> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    question as unknown as PublicKeyCredentialCreationOptionsJSON,
  )
  return answerOf(async () => navigator.credentials.create({ publicKey }))
}

async function answerOf(ask: () => Promise<Credential | null>): Promise<object> {
  try {
    const credential = await ask()
    if (credential instanceof PublicKeyCredential) return credential.toJSON()
    throw new ApiFailure('refused', { status: null, detail: 'nothing_done' })
  } catch (error) {
    if (error instanceof ApiFailure) throw error
    const isThere = error instanceof DOMException && error.name === 'InvalidStateError'
    throw new ApiFailure('refused', {
      status: null,
      detail: isThere ? 'is_there' : 'nothing_done',
      cause: error,
    })
  }
}
