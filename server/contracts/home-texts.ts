/** What the owner says about the home to whoever asks, and what of it the home tells to strangers. Texts are plain. */
export interface HomeTexts {
  /** Empty: the name of the oldest identity. */
  readonly title: string
  /** One or two sentences; empty: what this program says of itself. */
  readonly description: string
  /** The page about the home; empty: its description. */
  readonly about: string
  /** Empty: what is true of every home. */
  readonly privacyPolicy: string
  /** Empty: there are none. */
  readonly termsOfService: string
  /** Empty: none is told. */
  readonly contactEmail: string
  /** Whether strangers may see which servers this home has met. */
  readonly showsPeers: boolean
  /** Whether strangers may see which domains are blocked. */
  readonly showsDomainBlocks: boolean
}

/** As the owner gets them back. */
export interface HomeTextsFacts extends HomeTexts {
  readonly changedAt: string | null
}
