/**
 * The one error class and its catalogue. `message` is for the log: what failed, with which value, against which
 * limit. `safe` is all that a client ever sees.
 */
import { ExitCode } from '../contracts/exit-code.ts'

interface CatalogueEntry {
  /** HTTP status that this failure is answered with. */
  readonly status: number
  /** The whole text that a client may see. */
  readonly safe: string
  /** Process exit code when this failure ends a command or a start. */
  readonly exit: ExitCode
}

const entry = (status: number, safe: string, exit: ExitCode = ExitCode.failure): CatalogueEntry => ({
  status,
  safe,
  exit,
})

/** Every code of the program. The list is complete: a code that is not here cannot be thrown. */
export const ERROR_CATALOGUE = {
  // settings, data directory, start
  SETTING_INVALID: entry(500, 'A setting is invalid.', ExitCode.usage),
  USAGE: entry(400, 'The command was not understood.', ExitCode.usage),
  DATA_DIR_LOCKED: entry(503, 'Another Homebird uses this data directory.', ExitCode.dataDirLocked),
  DATA_DIR_UNUSABLE: entry(503, 'The data directory cannot be used.', ExitCode.dataDirUnusable),
  PORT_TAKEN: entry(503, 'A port is taken.', ExitCode.portTaken),
  DATABASE_UNREACHABLE: entry(503, 'The database does not answer.', ExitCode.databaseUnreachable),
  DATABASE_UNSUITABLE: entry(503, 'The database cannot be used.', ExitCode.usage),
  SECRETS_SEALED: entry(503, 'The secrets of this home are sealed.', ExitCode.usage),
  SCHEMA_NEWER: entry(503, 'The database was written by a newer Homebird.', ExitCode.schemaNewer),
  MIGRATION_FAILED: entry(503, 'The database could not be brought up to date.'),
  CONNECTION_BUDGET: entry(503, 'The database allows too few connections.', ExitCode.connectionBudget),
  CHILD_FAILED: entry(503, 'A part of the home did not start.'),
  NOT_RUNNING: entry(503, 'The home is not running.'),
  // requests
  BAD_REQUEST: entry(400, 'The request was not understood.'),
  UNAUTHORIZED: entry(401, 'The access token is invalid'),
  FORBIDDEN: entry(403, 'This action is not allowed'),
  NOT_FOUND: entry(404, 'Record not found'),
  CONFLICT: entry(409, 'This conflicts with what is already there.'),
  GONE: entry(410, 'Gone'),
  TOO_SLOW: entry(408, 'The request took too long.'),
  TOO_LARGE: entry(413, 'The request is too large.'),
  UNSUPPORTED_TYPE: entry(415, 'This content type is not accepted here.'),
  MISDIRECTED: entry(421, 'This home does not answer for that host.'),
  UNPROCESSABLE: entry(422, 'Validation failed'),
  RATE_LIMITED: entry(429, 'Too many requests'),
  UNAVAILABLE: entry(503, 'The home cannot do this right now.'),
  STORAGE_UNREACHABLE: entry(503, 'Files cannot be stored or read right now. Try again in a while.'),
  STORAGE_FULL: entry(507, 'The home has no room left for files.'),
  // federation, inbound
  SIGNATURE_INVALID: entry(401, 'The signature is not valid.'),
  SIGNER_UNAVAILABLE: entry(503, 'The key of the signer cannot be fetched now.'),
  ACTIVITY_REFUSED: entry(403, 'This activity is refused.'),
  DOCUMENT_INVALID: entry(422, 'The document is not valid.'),
  // federation, outbound
  FETCH_REFUSED: entry(502, 'That address is not fetched.'),
  FETCH_FAILED: entry(502, 'That server does not answer.'),
  FETCH_TIMEOUT: entry(504, 'That server does not answer in time.'),
  FETCH_TOO_LARGE: entry(502, 'That answer is too large.'),
  SIGNING_KEY_MISSING: entry(500, 'The signing key is missing.'),
  // programming
  STATE_UNDECLARED: entry(500, 'Something went wrong on this side.'),
  GRAPH_INVALID: entry(500, 'Something went wrong on this side.'),
  INTERNAL: entry(500, 'Something went wrong on this side.'),
} as const satisfies Record<string, CatalogueEntry>

export type ErrorCode = keyof typeof ERROR_CATALOGUE

interface HomebirdErrorOptions {
  readonly cause?: unknown
  /** Replaces the catalogue's client text; must hold nothing private. */
  readonly safe?: string
  /** Facts for the caller, such as `retryAfterSeconds`. */
  readonly details?: Readonly<Record<string, unknown>>
}

export class HomebirdError extends Error {
  override readonly name = 'HomebirdError'
  readonly code: ErrorCode
  readonly safe: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, options: HomebirdErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.safe = options.safe ?? ERROR_CATALOGUE[code].safe
    this.details = options.details ?? {}
  }

  get status(): number {
    return ERROR_CATALOGUE[this.code].status
  }

  get exitCode(): ExitCode {
    return ERROR_CATALOGUE[this.code].exit
  }
}

export function isHomebirdError(error: unknown, code?: ErrorCode): error is HomebirdError {
  return error instanceof HomebirdError && (code === undefined || error.code === code)
}

/** The text of anything thrown, with the chain of causes, for a log line or a stored state error. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own =
    error instanceof HomebirdError ? `${error.code}: ${error.message}` : `${error.name}: ${error.message}`
  return error.cause === undefined ? own : `${own}; because ${describeError(error.cause)}`
}

/** The end of every closed union: the compiler refuses a case that was forgotten. */
export function assertNever(value: never): never {
  throw new HomebirdError('INTERNAL', `impossible value ${JSON.stringify(value)}`)
}
