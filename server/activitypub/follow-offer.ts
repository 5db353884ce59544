/**
 * What a sender tells of its followers here, in a header: a digest to compare and where to read the list.
 * @see FEP-8fcf
 */
import type { FollowOffer } from '../db/tables.ts'
import { findHost, sameOrigin } from '../net/origin.ts'
import type { VerifiedRequest } from './http-signature.ts'
import { findHeader } from './http-signature-facts.ts'
import { isUri } from './json.ts'

const HEADER = 'collection-synchronization'
const MAX_LENGTH = 5_000
const PARAMETER = /[ \t]*([A-Za-z]+)="([^"\\]*)"[ \t]*(,|$)/y

/** Null unless the header is signed, whole, and keeps to the origin of whoever signed it. */
export function readFollowOffer(proof: VerifiedRequest, signerUri: string): FollowOffer | null {
  const header = proof.signedHeader(HEADER)
  if (header === undefined || header.length > MAX_LENGTH) return null
  const parameters = readParameters(header)
  const collectionUri = parameters?.get('collectionId')
  const url = parameters?.get('url')
  const digest = parameters?.get('digest')
  if (!isUri(collectionUri) || !isUri(url) || digest === undefined) return null
  if (!sameOrigin(collectionUri, signerUri) || !sameOrigin(url, signerUri)) return null
  const host = findHost(findHeader(proof.request.rawHeaders, 'host'))
  if (host === undefined || !/^[0-9a-f]{64}$/i.test(digest)) return null
  return { collectionUri, url, host, digest: digest.toLowerCase() }
}

/** Null for what is no list of parameters, and where one is given twice. */
function readParameters(header: string): ReadonlyMap<string, string> | null {
  const parameters = new Map<string, string>()
  PARAMETER.lastIndex = 0
  for (let separator = ','; separator === ',';) {
    const [, name = '', value = '', next = ''] = PARAMETER.exec(header) ?? []
    if (name === '' || parameters.has(name)) return null
    parameters.set(name, value)
    separator = next
  }
  return parameters
}
