/** A post out of the archive of a former account, in whatever dialect it was: texts are clean and HTML is sanitised already. */
import type { Visibility } from '../../db/tables.ts'

export interface ArchivedFile {
  /** A name in the archive, or an address. */
  readonly source: string
  /** Plain text; empty for none. */
  readonly description: string
  readonly focus: { readonly x: number; readonly y: number } | null
}

export interface ArchivedPost {
  /** Every address that it had, the one that replies name first. */
  readonly links: readonly [string, ...string[]]
  /** Its page, for people. */
  readonly page: string
  /** Whose post it says it is; null where it does not say. */
  readonly authorUri: string | null
  readonly publishedAt: Date
  readonly editedAt: Date | null
  readonly visibility: Visibility
  readonly contentHtml: string
  readonly summary: string
  readonly isSensitive: boolean
  readonly language: string | null
  /** An address that is among the links of what it replies to. */
  readonly inReplyTo: string | null
  readonly mentionedUris: readonly string[]
  readonly hashtags: readonly ArchivedHashtag[]
  readonly files: readonly ArchivedFile[]
}

export interface ArchivedHashtag {
  /** As written, without `#`. */
  readonly name: string
  /** Where its link leads in the text. */
  readonly href: string | null
}
