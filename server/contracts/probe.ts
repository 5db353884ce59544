/** What the home tells itself of a request that went out by its public name and came in again. Nobody else can ask for it. */
import type { ClientSource } from './way-in.ts'

/** Of a header whose value is nobody's business: that it came, and no more. */
export type SeenHeader = readonly [name: string, value: string | null]

export interface MarkedAnswer {
  /** Another one in every answer, so that whoever sees one twice has been shown it from a store. */
  readonly mark: string
}

export interface SeenRequest extends MarkedAnswer {
  readonly method: string
  /** Path and query as on the request line. */
  readonly path: string
  /** Of a fixed list of names, in the order in which they came; names in lower case. */
  readonly headers: readonly SeenHeader[]
  /** The scheme that what stands in front says the visitor used; null where it says nothing. */
  readonly scheme: string | null
  /** Bytes and the SHA-256 of them in hexadecimal. */
  readonly body: { readonly bytes: number; readonly sha256: string }
  readonly client: {
    /** Whom the home counts as the visitor; null where nobody says it whom it may believe. */
    readonly address: string | null
    readonly believes: ClientSource['kind']
    /** Name of the listener that it came by. */
    readonly way: string
  }
  /** How the inboxes of this home would judge the signature; null where there is none. */
  readonly signature: { readonly isGood: boolean; readonly problem: string | null } | null
}
