/** What the window and the private listener say to each other about archives of former accounts. */

/** Of one archive, as it is sent. */
export const MOST_ARCHIVE_BYTES = 20 * 1_073_741_824

export type ArchiveState = 'reading' | 'importing' | 'finished' | 'failed' | 'cancelling' | 'cancelled'

export interface ArchiveProgress {
  readonly id: string
  /** As the file was called. */
  readonly name: string
  readonly state: ArchiveState
  /** Whose posts they are, as far as the archive says: the id of the account there. */
  readonly formerUri: string | null
  /** Posts in it; `done + failed + repeated + pending` of them. */
  readonly entries: number
  readonly done: number
  readonly failed: number
  /** Here already. */
  readonly repeated: number
  readonly pending: number
  /** In the archive and not brought along: boosts, mostly. */
  readonly passedOver: number
  readonly filesDone: number
  readonly filesFailed: number
  /** One sentence: why nothing came of it. */
  readonly failure: string | null
  readonly createdAt: string
  readonly finishedAt: string | null
}
