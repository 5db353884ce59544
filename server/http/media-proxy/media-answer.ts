/** What every picture, video and sound is answered with: fixed types, nothing that runs, one range at a time. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type ByteRange, parseRange } from './byte-range.ts'

const SANDBOX = "default-src 'none'; sandbox"

export function markMedia(reply: FastifyReply): void {
  void reply.header('content-security-policy', SANDBOX).header('cross-origin-resource-policy', 'cross-origin')
}

/** What is left to send of a file that the reader may have already. */
export type Wanted = 'whole' | 'nothing' | ByteRange

export interface ServedFile {
  readonly type: string
  readonly size: number
  /** Strong, of the content. */
  readonly etag: string
}

/**
 * Sets status and headers by what the reader has and wants; bytes are left to the caller.
 * @returns 'nothing' where the answer has no body
 * @see RFC 9110 13.2.2, 14.2
 */
export function wantedOf(request: FastifyRequest, reply: FastifyReply, file: ServedFile): Wanted {
  void reply.header('etag', file.etag).header('accept-ranges', 'bytes').type(file.type)
  if (isNotModified(request, file.etag)) {
    void reply.code(304)
    return 'nothing'
  }
  const { range: header, 'if-range': ifRange } = request.headers
  // Of a HEAD there is no part. @see RFC 9110 14.2
  const isSame = request.method === 'GET' && (ifRange === undefined || ifRange === file.etag)
  const range = isSame ? parseRange(header, file.size) : null
  if (range === null) return 'whole'
  if (range === 'unsatisfiable') {
    void reply.code(416).header('content-range', `bytes */${file.size}`)
    return 'nothing'
  }
  void reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${file.size}`)
  return range
}

/** @param etag  strong; compared weakly, as edges turn one into the other */
export function isNotModified({ headers }: FastifyRequest, etag: string): boolean {
  const known = headers['if-none-match']
  if (known === undefined) return false
  return known.split(',').some((tag) => [etag, '*'].includes(tag.trim().replace(/^W\//, '')))
}
