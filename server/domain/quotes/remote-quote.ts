/** A quote as a post of somebody elsewhere tells it. */

export interface RemoteQuote {
  readonly uri: string
  /** The stamp that the quoting post shows; nothing is believed of it before it was read at its origin. */
  readonly authorizationUri: string | null
}
