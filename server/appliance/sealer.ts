/** The port to what keeps one secret for this person on this computer: the keychain of the system, in the desktop app. */

export interface Sealer {
  /**
   * Why it cannot keep one now, as a sentence with the remedy; null where it can. Also says so where what it would do protects
   * nothing.
   */
  refusal(): Promise<string | null>
  /** @throws Error when the keychain refuses or does not answer */
  seal(text: string): Promise<Uint8Array>
  /** @throws Error when the keychain refuses, does not answer, or no longer has the key */
  open(sealed: Uint8Array): Promise<Opened>
}

export interface Opened {
  readonly text: string
  /** The keychain has a newer key: seal it again. */
  readonly isToBeSealedAgain: boolean
}
