/** What is said of the owner's own files: by `homebird media` and the private API. */

export interface FileCount {
  readonly files: number
  readonly bytes: number
}

export interface MediaReport {
  /** Where they lie, for people; never with credentials. */
  readonly place: string
  readonly isUp: boolean
  /** One sentence with the remedy; null while all is well. */
  readonly problem: string | null
  readonly all: FileCount
  /** Nothing shows them: they go an hour after they were left. */
  readonly unnamed: FileCount
  /** Came in and are not looked at yet. */
  readonly waiting: FileCount
}

/** What a sweep would take away, as far as it is old enough: an hour, or a day where nobody knows the file. */
export interface MediaSweepPreview {
  /** Nothing shows them. */
  readonly unnamed: FileCount
  /** In the store, and in no row. */
  readonly unknown: FileCount
  /** In a row, and not in the store: a sweep leaves these alone. */
  readonly missing: FileCount
}

export interface MediaSwept {
  /** Files that were there and known to nobody. */
  readonly noted: number
  /** Uploads that no post took within a day. */
  readonly uploads: number
  readonly removed: FileCount
  /** What died processes left. */
  readonly leftovers: number
}

/** What could not be had of others and is asked for again. */
export interface MediaAskedAgain {
  /** Files whose failures are forgotten: whoever looks next asks. */
  readonly files: number
  /** Pictures of emojis, which are read at once. */
  readonly emojis: number
}
