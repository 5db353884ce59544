/** Which parts Homebird is made of and under which terms each is given: written beside the window when it is built. */

export const LICENCES_FILE = 'licences.json'

export interface LicenceList {
  readonly parts: readonly LicencedPart[]
  /** Many parts have the very same text: each stands here once. */
  readonly texts: readonly string[]
}

export interface LicencedPart {
  readonly name: string
  readonly version: string
  /** As the part names it, an SPDX expression; null where it names none. */
  readonly licence: string | null
  /** Places in the list of texts; none where the part brings no text. */
  readonly texts: readonly number[]
}
