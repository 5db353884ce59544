/** Signs what is sent, in the kind of signature that the other side takes. */
import type { Home } from '../domain/owner/home.ts'
import type { SignatureKind } from '../domain/peers/signature-preference.ts'
import { type RequestToSign, signCavage, signRfc9421 } from './http-signature.ts'

/** @throws HomebirdError SIGNING_KEY_MISSING */
export async function signRequest(
  home: Pick<Home, 'signingKey'>,
  actorId: string,
  request: RequestToSign,
  kind: SignatureKind,
): Promise<Readonly<Record<string, string>>> {
  const signer = await home.signingKey(actorId, kind === 'rfc9421_ed25519' ? 'ed25519' : 'rsa')
  return kind === 'cavage' ? signCavage(request, signer) : signRfc9421(request, signer)
}

/** What is tried after a refusal that may mean "I cannot read your signature". */
export function otherKind(kind: SignatureKind): SignatureKind {
  return kind === 'cavage' ? 'rfc9421' : 'cavage'
}
