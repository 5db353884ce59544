/** What a proof inside of a document is worth, for the inspector: by the keys that are known here, without asking for more. */
import type { InspectorProof } from '../contracts/inspector.ts'
import type { Querier } from '../db/pool.ts'
import { readProofs } from './integrity-proof.ts'
import { type JsonObject, isObject } from './json.ts'
import { checkProof, findProofKeys } from './proof-keys.ts'

/** Null where the document holds none. */
export async function judgeDocument(
  db: Querier,
  document: JsonObject,
  now: Date,
): Promise<InspectorProof | null> {
  const read = readProofs(document, now)
  if (read.outcome === 'none') return null
  if (read.outcome === 'unsupported') return 'unsupported'
  if (read.outcome === 'malformed') return 'invalid'
  const author = authorOf(document)
  const keys = await findProofKeys(
    db,
    read.proofs.map(({ keyUri }) => keyUri),
  )
  const verdicts = read.proofs.map((proof) => checkProof(proof, author, keys).verdict)
  if (verdicts.every((verdict) => verdict === 'valid')) return 'valid'
  return read.proofs.every(({ keyUri }) => keys.has(keyUri)) ? 'invalid' : 'unchecked'
}

/** Of an object who it is attributed to, of an activity its actor, of an actor itself. */
function authorOf(document: JsonObject): string {
  for (const named of [document['attributedTo'], document['actor'], document['id']]) {
    if (typeof named === 'string') return named
    if (isObject(named) && typeof named['id'] === 'string') return named['id']
  }
  return ''
}
