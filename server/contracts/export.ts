/** What the window and the private listener say to each other about what is taken along from the home. */

export const EXPORT_KINDS = ['archive', 'html'] as const

/** `archive`: posts, media and lists as other servers and tools read them; `html`: pages to look at. */
export type ExportKind = (typeof EXPORT_KINDS)[number]

/** `ready` files can be fetched for a week. */
export type ExportState = 'making' | 'ready' | 'failed' | 'cancelled'

export interface ExportProgress {
  readonly id: string
  readonly kind: ExportKind
  /** Of the identity whose posts they are. */
  readonly handle: string
  /** Posts for followers and direct messages are in it too. */
  readonly isPrivate: boolean
  readonly state: ExportState
  /** Posts and files: `done` of `total`. */
  readonly done: number
  readonly total: number
  /** Files that the home should have and has not. */
  readonly missing: number
  /** Of the file; null while there is none. */
  readonly bytes: number | null
  /** Why it failed; null where it did not. */
  readonly problem: string | null
  readonly createdAt: string
  readonly finishedAt: string | null
}
