/** Keys that actors list for proofs inside of objects, and what they say of a document's proofs. */
import type { KeyObject } from 'node:crypto'
import type { Querier } from '../db/pool.ts'
import { type IntegrityProof, isProofGood, readProofs } from './integrity-proof.ts'
import type { JsonObject } from './json.ts'
import { parsePublicKey } from './public-key.ts'

export interface ProofKey {
  readonly publicKey: KeyObject
  readonly actorUri: string
}

/** Stored keys that are listed for proofs, by id; one statement, none for no key. */
export async function findProofKeys(
  db: Querier,
  keyUris: readonly string[],
): Promise<ReadonlyMap<string, ProofKey>> {
  if (keyUris.length === 0) return new Map()
  const rows = await db
    .selectFrom('actor_keys')
    .innerJoin('actors', 'actors.id', 'actor_keys.actor_id')
    .select(['actor_keys.key_uri', 'actor_keys.public_key_pem', 'actors.uri'])
    .where('actor_keys.key_uri', 'in', [...new Set(keyUris)])
    .where('actor_keys.is_assertion_method', '=', true)
    .where('actor_keys.revoked_at', 'is', null)
    .where('actors.gone_at', 'is', null)
    .execute()
  const keys = new Map<string, ProofKey>()
  for (const { key_uri: keyUri, public_key_pem: pem, uri } of rows) {
    const parsed = parsePublicKey(pem)
    if (parsed !== undefined) keys.set(keyUri, { publicKey: parsed.publicKey, actorUri: uri })
  }
  return keys
}

/** `unsure`: its key is not stored, or is another one; its owner may have a new one. */
export type ProofCheck =
  | { readonly verdict: 'valid' }
  | { readonly verdict: 'invalid' | 'unsure'; readonly reason: string }

/** @param authorUri  the only actor whose key may have made the proof */
export function checkProof(
  { keyUri, ...proof }: IntegrityProof,
  authorUri: string,
  keys: ReadonlyMap<string, ProofKey>,
): ProofCheck {
  const key = keys.get(keyUri)
  if (key === undefined)
    return { verdict: 'unsure', reason: `${authorUri} does not list the key ${keyUri} for proofs` }
  if (key.actorUri !== authorUri)
    return { verdict: 'invalid', reason: `its proof is made by ${key.actorUri}` }
  if (isProofGood({ keyUri, ...proof }, key.publicKey)) return { verdict: 'valid' }
  return { verdict: 'unsure', reason: `its proof does not hold with the key ${keyUri}` }
}

/**
 * Why a document that was fetched from its own origin is not taken, or null. A key that is not stored proves nothing and
 * refutes nothing: the origin has spoken already.
 */
export async function findProofFault(
  db: Querier,
  document: JsonObject,
  authorUri: string,
  now: Date,
): Promise<string | null> {
  const read = readProofs(document, now)
  if (read.outcome === 'malformed') return read.reason
  if (read.outcome !== 'proofs') return null
  const keys = await findProofKeys(
    db,
    read.proofs.map(({ keyUri }) => keyUri),
  )
  for (const proof of read.proofs) {
    if (!keys.has(proof.keyUri)) continue
    const check = checkProof(proof, authorUri, keys)
    if (check.verdict !== 'valid') return check.reason
  }
  return null
}
