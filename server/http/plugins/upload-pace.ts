/**
 * Uploads may take longer than other requests: as long as they come with at least 2 kB a second, up to an hour. The server's
 * own limit of a request knows no exceptions, so its verdict is passed over for those sockets.
 * @see security rule 86
 */
import type { Socket } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { NEVER } from './answer-table.ts'

const LEAST_BYTES_PER_SECOND = 2_000
const MOST_SECONDS = 3_600
/** Until then an upload has the time of any request. */
const GRACE_SECONDS = 30
const LOOK_EVERY_MS = 250

const uploading = new WeakSet<object>()

export interface Pace {
  readonly leastBytesPerSecond: number
  readonly mostSeconds: number
  readonly graceSeconds: number
}

export const UPLOAD_PACE: Pace = {
  leastBytesPerSecond: LEAST_BYTES_PER_SECOND,
  mostSeconds: MOST_SECONDS,
  graceSeconds: GRACE_SECONDS,
}

/** What a body may be in all: of what is skipped and of what stands between its parts nobody else takes notice. */
export interface BodyBounds {
  readonly mostBytes: number
  /** Null for a request that has no more time than any. */
  readonly pace: Pace | null
}

/**
 * Reads a body of parts, each of which has limits of its own.
 * @throws HomebirdError TOO_LARGE, at once where the length is announced, TOO_SLOW, and what `read` throws
 */
export async function withinBounds<T>(
  request: FastifyRequest,
  { mostBytes, pace }: BodyBounds,
  read: () => Promise<T>,
): Promise<T> {
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > mostBytes) throw tooLarge(announced, mostBytes)
  const { socket } = request.raw
  const over = Promise.withResolvers<never>()
  const [startedMs, startedBytes] = [performance.now(), socket.bytesRead]
  const timer = setInterval(() => {
    const seconds = (performance.now() - startedMs) / 1_000
    const bytes = socket.bytesRead - startedBytes
    if (bytes > mostBytes) over.reject(tooLarge(bytes, mostBytes))
    if (pace !== null && isSlow(seconds, bytes, pace)) over.reject(tooSlow(seconds, bytes, pace))
  }, LOOK_EVERY_MS)
  if (pace !== null) uploading.add(socket)
  try {
    return await Promise.race([read(), over.promise])
  } finally {
    clearInterval(timer)
    uploading.delete(socket)
  }
}

const tooLarge = (bytes: number, mostBytes: number): HomebirdError =>
  new HomebirdError('TOO_LARGE', `a form has ${bytes} bytes and may have ${mostBytes}`)

export function isSlow(seconds: number, bytes: number, pace: Pace = UPLOAD_PACE): boolean {
  if (seconds > pace.mostSeconds) return true
  return seconds > pace.graceSeconds && bytes < seconds * pace.leastBytesPerSecond
}

function tooSlow(seconds: number, bytes: number, { mostSeconds }: Pace): HomebirdError {
  const safe =
    seconds > mostSeconds
      ? `The upload took longer than ${Math.round(mostSeconds / 60)} minutes. Send it over a faster line, or let the file lie on the computer of the home and name it there.`
      : 'The upload was too slow. Send it over a steadier line.'
  return new HomebirdError('TOO_SLOW', `an upload brought ${bytes} bytes in ${Math.round(seconds)} s`, {
    safe,
  })
}

interface ClientError extends Error {
  readonly code?: string
}

const STATUSES = {
  'Bad Request': 400,
  'Request Timeout': 408,
  'Request Header Fields Too Large': 431,
} as const
const REASONS: Readonly<Record<string, keyof typeof STATUSES>> = {
  HPE_HEADER_OVERFLOW: 'Request Header Fields Too Large',
}

/** What the HTTP parser refuses, or what took too long to arrive, gets a short answer and the end of its connection. */
export function refuseBadClient(error: ClientError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const isTimeout = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  if (isTimeout && uploading.has(socket)) return
  const reason = isTimeout ? 'Request Timeout' : (REASONS[error.code ?? ''] ?? 'Bad Request')
  const status = STATUSES[reason]
  const body = JSON.stringify({ error: reason })
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${status} ${reason}\r\ncontent-length: ${body.length}\r\ncontent-type: application/json\r\n` +
        `cache-control: ${NEVER}\r\nconnection: close\r\n\r\n${body}`,
    )
  }
  socket.destroy(error)
}
