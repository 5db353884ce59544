/** Why a request to the home had no good answer, in the few kinds that a person can act upon. */
import type { FieldErrors } from '../../server/contracts/owner-api.ts'

export type FailureKind =
  /** No answer at all: the home is stopped, or the way to it is broken. */
  | 'offline'
  /** It answered, and cannot do this right now. */
  | 'unavailable'
  /** Its disk is full: nothing new is taken in. */
  | 'full'
  | 'signed_out'
  | 'limited'
  /** It understood and said no; `detail` says why. */
  | 'refused'
  | 'broken'

interface FailureFacts {
  readonly status: number | null
  /** The server's own sentence: the technical line. */
  readonly detail: string
  readonly fields?: FieldErrors['fields']
  readonly retryAfterSeconds?: number
  /** All that the answer said. */
  readonly body?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'
  readonly kind: FailureKind
  readonly status: number | null
  readonly detail: string
  readonly fields: FieldErrors['fields']
  readonly retryAfterSeconds: number | null
  readonly body: Readonly<Record<string, unknown>>

  constructor(kind: FailureKind, facts: FailureFacts) {
    super(`${kind}: ${facts.detail}`, { cause: facts.cause })
    this.kind = kind
    this.status = facts.status
    this.detail = facts.detail
    this.fields = facts.fields ?? {}
    this.body = facts.body ?? {}
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null
  }
}

/** Anything thrown, as a failure. */
export function toFailure(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error
  const detail = error instanceof Error ? error.message : String(error)
  return new ApiFailure('broken', { status: null, detail, cause: error })
}

/** True when the same request may work a little later, unchanged. */
export function isPassing(failure: ApiFailure): boolean {
  return failure.kind === 'offline' || failure.kind === 'unavailable' || failure.kind === 'limited'
}

export function kindOfStatus(status: number): FailureKind {
  if (status === 401) return 'signed_out'
  if (status === 429) return 'limited'
  if (status === 502 || status === 503 || status === 504) return 'unavailable'
  if (status === 507) return 'full'
  return status < 500 ? 'refused' : 'broken'
}
