/**
 * Long work of the home on its own data: backups, their proof, restoring, the move to another PostgreSQL. It is done by a
 * keeper, a process of its own that the supervisor starts for one job, so that neither server nor worker feels it.
 */

export type KeeperTask = 'backup' | 'verify' | 'restore' | 'upgrade'

/** How far a job has come. */
export interface KeeperProgress {
  readonly task: KeeperTask
  /** What it does now, as an identifier: the reader has the words. */
  readonly step: string
  readonly done: number
  /** Null while it is not known. */
  readonly total: number | null
  readonly unit: 'bytes' | 'rows' | 'files'
  readonly startedAt: string
}

/** How a job has ended. */
export interface KeeperOutcome {
  readonly task: KeeperTask
  readonly result: 'done' | 'failed' | 'cancelled'
  readonly endedAt: string
  readonly startedAt: string
  /** What it was about: the name of a backup, the version of a database. */
  readonly subject: string | null
  /** A sentence with the value, the limit and the remedy where it failed; never private text. */
  readonly message: string | null
}

/** What the supervisor tells of its keeper. */
export interface KeeperState {
  readonly running: KeeperProgress | null
  /** Newest first. */
  readonly ended: readonly KeeperOutcome[]
}
