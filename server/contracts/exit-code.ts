/**
 * What a process of the appliance says by its exit code. The supervisor reads it to decide whether to start the
 * process again; a person or a service manager reads it to learn what to mend.
 */
export const ExitCode = {
  /** Ended as asked. */
  ok: 0,
  /**
   * An unexpected failure; a supervised child is started again. Of `status` and `doctor`: a part does not do its work,
   * something is broken.
   */
  failure: 1,
  /** A setting or an argument is wrong; starting again would fail the same way. */
  usage: 2,
  /** Another appliance owns the data directory. */
  dataDirLocked: 10,
  /** The data directory cannot be read, written or passed through. */
  dataDirUnusable: 11,
  /** The database was written by a newer Homebird. */
  schemaNewer: 12,
  /** A port or socket to listen on is taken. */
  portTaken: 13,
  /** The database does not answer, or refuses the account. */
  databaseUnreachable: 14,
  /** The connections that the configuration needs do not fit into the database's limit. */
  connectionBudget: 15,
  /** A child lost its control channel and ended by itself. */
  channelLost: 16,
  /** The event loop or a watchdog found the process stuck; started again. */
  stuck: 17,
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

const FINAL: ReadonlySet<number> = new Set([
  ExitCode.usage,
  ExitCode.dataDirLocked,
  ExitCode.dataDirUnusable,
  ExitCode.schemaNewer,
  ExitCode.portTaken,
  ExitCode.connectionBudget,
])

/** True for codes after which a restart cannot help until a person has changed something. */
export function isFinalExitCode(code: number | null): boolean {
  return code !== null && FINAL.has(code)
}
