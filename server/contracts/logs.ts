/** Lines of the logs of all processes under `/api/homebird/v1/logs`; secrets are taken out. */

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevelName = (typeof LOG_LEVELS)[number]

export interface LogLine {
  /** Where it stands; also the place to go on from. */
  readonly id: string
  readonly at: string
  /** `fatal` counts as error, `trace` as debug. */
  readonly level: LogLevelName
  /** `server`, `worker`, `database`, `appliance`, … */
  readonly part: string
  /** In dotted lower case, `delivery.finished`; empty for what is plain text. */
  readonly event: string
  /** A sentence, or its facts as `name=value`. */
  readonly text: string
}

export interface LogPage {
  /** Newest first. */
  readonly lines: readonly LogLine[]
  /** Where older ones go on; null at the end. A page may be short although more follow: searching takes its time. */
  readonly before: string | null
  /** Where a live tail goes on that is to miss nothing; of the first page only. */
  readonly after: string | null
  readonly parts: readonly string[]
}

/** A line of what the supervisor wrote down of the home. */
export interface JournalLine {
  readonly at: string
  readonly level: 'info' | 'warn' | 'error'
  /** Which part of the home: appliance, database, server-0, worker-0. */
  readonly part: string
  readonly message: string
}

/** A file for those who help: what it holds is shown before anybody saves it. */
export interface HelpBundle {
  readonly at: string
  readonly sections: readonly { readonly name: string; readonly text: string }[]
}
