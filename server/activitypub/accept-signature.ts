/** What a server asks for in the answers to signed requests. @see RFC 9421 section 5.1 (Accept-Signature) */
import { parseDictionary } from 'structured-headers'
import type { SignatureKind } from '../domain/peers/signature-preference.ts'

const MAX_LENGTH = 4_096
/** What our own signatures can cover. */
const SIGNABLE: ReadonlySet<unknown> = new Set(
  '@method @target-uri @authority content-type content-digest'.split(' '),
)
/** Wishes that no signature of ours fulfils. */
const UNFULFILLED = ['nonce', 'keyid'] as const

const KINDS: ReadonlyMap<unknown, SignatureKind> = new Map([
  [undefined, 'rfc9421'],
  ['rsa-v1_5-sha256', 'rfc9421'],
  ['ed25519', 'rfc9421_ed25519'],
])

/** The first of the wishes that can be fulfilled, or null. */
export function readAcceptSignature(header: string | readonly string[] | undefined): SignatureKind | null {
  if (typeof header !== 'string' || header.length > MAX_LENGTH) return null
  try {
    for (const [components, parameters] of parseDictionary(header).values()) {
      const kind = KINDS.get(parameters.get('alg'))
      if (kind === undefined || !Array.isArray(components)) continue
      const isOurs = components.every(([name, options]) => SIGNABLE.has(name) && options.size === 0)
      if (isOurs && UNFULFILLED.every((name) => !parameters.has(name))) return kind
    }
  } catch {
    return null // it is not understood, so nothing was asked for
  }
  return null
}
