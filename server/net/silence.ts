/**
 * Tells failures in which nothing of the other side may have come back, which may be the fault of our own line, from those that
 * prove that it works. One alone proves nothing either way: whoever hears of several decides. Whenever time runs out it is such a
 * one: the connection may be an older one, over which nothing comes any more.
 */
import { type FetchFailureReason, fetchFailureOf } from './fetch-types.ts'

/**
 * No route, no neighbour, no address of our own, no packet back; and what this machine itself forbids or has no room for, as
 * behind a private network that is down. Whoever refuses or breaks off is there.
 */
const SILENT_CODES: ReadonlySet<string> = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'ENETRESET',
  'ENONET',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
  'ECONNABORTED',
  'EPERM',
  'EACCES',
  'ENOBUFS',
  'EMFILE',
  'ENFILE',
])

/**
 * Names count too: without a line none is found, and some systems then say that there is no such name. So does a
 * certificate that is not the host's, and an address that is not public: the sign-in page of a foreign network answers
 * in the place of everybody, and its name server leads every name there.
 */
const SILENT_REASONS: ReadonlySet<FetchFailureReason> = new Set<FetchFailureReason>([
  'name',
  'address',
  'timeout',
  'certificate',
])

/** Whether nothing of the host came back, by what `safe-fetch` threw. */
export function isSilence(error: unknown): boolean {
  const reason = fetchFailureOf(error)?.reason
  if (reason === undefined) return false
  const cause = error instanceof Error ? error.cause : undefined
  if (SILENT_REASONS.has(reason)) return !isAlert(cause)
  return reason === 'connection' && isSilentCause(cause)
}

/** Of TLS: whoever sends one has heard us, and it is no other's certificate. */
const isAlert = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && /^ERR_SSL_.*ALERT_/.test(String(cause.code))

/** Where a host has several addresses, each has its error: one that answered is enough. */
function isSilentCause(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(isSilentCause)
  return cause instanceof Error && 'code' in cause && SILENT_CODES.has(String(cause.code))
}
