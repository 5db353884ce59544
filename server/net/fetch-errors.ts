/** Makes the errors of outbound exchanges: each names the address, the reason, and the limit or phase it met. */
import { describeError, HomebirdError, isHomebirdError } from '../core/errors.ts'
import type { FetchFailureReason, FetchPhase } from './fetch-types.ts'

export function fetchRefused(url: string, reason: FetchFailureReason, why: string): HomebirdError {
  return new HomebirdError('FETCH_REFUSED', `${url} is not fetched: ${why}`, { details: { url, reason } })
}

export function fetchFailed(
  url: string,
  reason: FetchFailureReason,
  why: string,
  more: {
    readonly cause?: unknown
    readonly status?: number
    readonly retryAfterSeconds?: number | null
  } = {},
): HomebirdError {
  const { cause, ...facts } = more
  return new HomebirdError('FETCH_FAILED', `${url} could not be fetched: ${why}`, {
    details: { url, reason, ...facts },
    ...(cause === undefined ? {} : { cause }),
  })
}

export function fetchTooLarge(url: string, what: string, maxBytes: number): HomebirdError {
  return new HomebirdError(
    'FETCH_TOO_LARGE',
    `${what} of ${url} is larger than the limit of ${maxBytes} bytes`,
    {
      details: { url, reason: 'size', limit: maxBytes },
    },
  )
}

const PHASE_TEXT: Readonly<Record<FetchPhase, string>> = {
  pool: 'no connection became free',
  connect: 'no connection stood',
  write: 'the request could not be written',
  read: 'nothing more came',
  rate: 'it sent too slowly',
  total: 'the whole exchange was not done',
}

export function fetchTimeout(url: string, phase: FetchPhase, limitMs: number): HomebirdError {
  return new HomebirdError('FETCH_TIMEOUT', `${url}: ${PHASE_TEXT[phase]} within ${limitMs} ms (${phase})`, {
    details: { url, reason: 'timeout', phase, limit: limitMs },
  })
}

const CERTIFICATE_CODE =
  /^(?:ERR_TLS_CERT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL_|INVALID_CA|HOSTNAME_)/

/** Turns what a socket, the TLS layer or the HTTP parser threw into one of our own; ours pass unchanged. */
export function asFetchError(url: string, error: unknown): HomebirdError {
  if (isHomebirdError(error)) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return fetchTooLarge(url, 'the head', 16_384)
  return fetchFailed(url, reasonOf(code), describeError(error), { cause: error })
}

function reasonOf(code: string): FetchFailureReason {
  if (CERTIFICATE_CODE.test(code)) return 'certificate'
  if (code.startsWith('HPE_') || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return 'protocol'
  return code.startsWith('Z_') || code.startsWith('ERR_BROTLI') || code.startsWith('ERR__ERROR_')
    ? 'encoding'
    : 'connection'
}
