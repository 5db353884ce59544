/** The activities by which quotes are asked for, answered and taken back (FEP-044f). */
import type { JsonObject } from './json.ts'
import { inContext } from './json-ld-context.ts'
import { type QuoteAuthorizationFacts, quoteAuthorizationObject } from './quote-authorization.ts'
import { PUBLIC } from './vocabulary.ts'

export interface QuoteRequestFacts {
  readonly uri: string
  readonly actorUri: string
  readonly quotedUri: string
  /** Id of the quoting post, or the post itself. */
  readonly quoting: string | JsonObject
}

/** The quoting post goes with it: whoever judges need not ask for what may not be public. */
export function quoteRequestActivity(facts: QuoteRequestFacts, quotedActorUri: string): JsonObject {
  return inContext({ ...requestObject(facts), to: [quotedActorUri] })
}

function requestObject({ uri, actorUri, quotedUri, quoting }: QuoteRequestFacts): JsonObject {
  return { id: uri, type: 'QuoteRequest', actor: actorUri, object: quotedUri, instrument: quoting }
}

interface Answer {
  /** Id of this activity. */
  readonly id: string
  /** The quoted author. */
  readonly actorUri: string
  readonly request: QuoteRequestFacts
}

/** @param authorizationUri  where the stamp is served */
export function acceptQuoteActivity(answer: Answer, authorizationUri: string): JsonObject {
  return { ...answerActivity('Accept', answer), result: authorizationUri }
}

export function rejectQuoteActivity(answer: Answer): JsonObject {
  return answerActivity('Reject', answer)
}

function answerActivity(type: 'Accept' | 'Reject', { id, actorUri, request }: Answer): JsonObject {
  const object = requestObject(request)
  return inContext({ id, type, actor: actorUri, to: [request.actorUri], object })
}

/** The stamp is told whole: some servers know it by its id, others by what it says. */
export function deleteQuoteAuthorizationActivity(id: string, facts: QuoteAuthorizationFacts): JsonObject {
  return inContext({
    id,
    type: 'Delete',
    actor: facts.actorUri,
    to: [PUBLIC],
    object: quoteAuthorizationObject(facts),
  })
}
