/** The stamp by which a quoted author agrees to a quote (FEP-044f), as it is read from others and as this home serves it. */
import { type JsonObject, idOf, typeOf } from './json.ts'
import { inContext } from './json-ld-context.ts'

export interface QuoteAuthorizationFacts {
  readonly uri: string
  readonly actorUri: string
  /** The post that quotes. */
  readonly quotingUri: string
  /** The post that is quoted. */
  readonly quotedUri: string
}

/** @returns null for what is no stamp, or leaves something open */
export function parseQuoteAuthorization(document: JsonObject): QuoteAuthorizationFacts | null {
  if (typeOf(document) !== 'QuoteAuthorization') return null
  const uri = idOf(document)
  const actorUri = idOf(document['attributedTo'])
  const quotingUri = idOf(document['interactingObject'])
  const quotedUri = idOf(document['interactionTarget'])
  if (uri === null || actorUri === null || quotingUri === null || quotedUri === null) return null
  return { uri, actorUri, quotingUri, quotedUri }
}

export function quoteAuthorizationDocument(facts: QuoteAuthorizationFacts): JsonObject {
  return inContext(quoteAuthorizationObject(facts))
}

export function quoteAuthorizationObject(facts: QuoteAuthorizationFacts): JsonObject {
  return {
    id: facts.uri,
    type: 'QuoteAuthorization',
    attributedTo: facts.actorUri,
    interactingObject: facts.quotingUri,
    interactionTarget: facts.quotedUri,
  }
}
