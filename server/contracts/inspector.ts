/** The federation inspector under `/api/homebird/v1/inspector`: what came, what went, and what became of it. */

export type InspectorDirection = 'inbound' | 'outbound'

/** `failed`: given up until the owner asks again; a delivery of it did, or its handler failed too often. */
export type InspectorOutcome = 'waiting' | 'done' | 'dropped' | 'failed'

/** One activity, as lists show it. Every text of somebody else's is plain text. */
export interface InspectorEntry {
  /** Newer entries have higher ids, whichever way they went. */
  readonly id: string
  readonly direction: InspectorDirection
  readonly at: string
  readonly type: string
  /** Null where the sender gave none. */
  readonly activityUri: string | null
  /** Who signed it. */
  readonly actorUri: string
  /** Of the sender; null for what went out. */
  readonly host: string | null
  readonly objectUri: string | null
  readonly outcome: InspectorOutcome
  /** Why it was dropped, or what its last attempt said. */
  readonly reason: string | null
  /** How often it was tried so far. */
  readonly attempts: number
  readonly hasBody: boolean
  /** Of what came in. */
  readonly signature: { readonly keyUri: string; readonly scheme: 'cavage' | 'rfc9421' } | null
  /** Of a proof inside of it; null where there is none. */
  readonly proof: 'valid' | 'unsupported' | 'invalid' | null
  /** Of what went out: how many inboxes, as far as their deliveries are remembered. */
  readonly deliveries: Readonly<Record<InspectorDeliveryState, number>> | null
  /** A reply by somebody else that was passed on to followers. */
  readonly isForwarded: boolean
}

export type InspectorDeliveryState = 'waiting' | 'sent' | 'skipped' | 'failed'

export interface InspectorDelivery {
  readonly inboxUri: string
  readonly host: string
  readonly state: InspectorDeliveryState
  readonly attempts: number
  /** What the other side said last, or why nothing was sent. */
  readonly answer: string | null
  /** When it is tried next. */
  readonly nextAttemptAt: string | null
}

export interface InspectorPage {
  readonly entries: readonly InspectorEntry[]
  /** Cursor of the page that follows; null at the end. */
  readonly before: string | null
}

export interface InspectorDetail extends InspectorEntry {
  /** The very text that came or went; null where it was forgotten. */
  readonly body: string | null
  /** At most 500, those that failed first. */
  readonly deliveryList: readonly InspectorDelivery[]
}

export interface InspectorReplay {
  /** `waiting`: it has not been worked off yet, so there is nothing to repeat. */
  readonly outcome: 'received' | 'waiting' | 'body_forgotten'
}

/** `unchecked`: this home does not know the key, and asks nobody for the sake of looking. */
export type InspectorProof = 'valid' | 'unsupported' | 'invalid' | 'unchecked'

/** What another server answers when this home asks for an address, as its instance actor. */
export type InspectorFetch =
  | {
      readonly outcome: 'found'
      readonly finalUrl: string
      readonly document: Readonly<Record<string, unknown>>
      /** Of the answer, by name in order; cookies are left out. */
      readonly headers: readonly { readonly name: string; readonly value: string }[]
      /** Of a proof inside of the document; null where there is none. */
      readonly proof: InspectorProof | null
      /** Milliseconds from the question to the whole answer. */
      readonly ms: number
    }
  | { readonly outcome: 'gone' | 'missing' | 'refused' | 'unavailable'; readonly reason: string }
