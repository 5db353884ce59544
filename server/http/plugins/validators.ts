/** Tags of answers, and whether a reader has one already. @see RFC 9110 8.8, 13.1 */
import { hash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'

/** Weak: edges change the encoding. */
export const weakTag = (body: Buffer | string): string =>
  `W/"${hash('sha256', body, 'base64url').slice(0, 22)}"`

/** The tag decides where one is sent; tags are compared weakly. */
export function hasIt({ headers }: FastifyRequest, etag: string, lastModified: string | null): boolean {
  const { 'if-none-match': tags, 'if-modified-since': since } = headers
  if (tags !== undefined) {
    const wanted = etag.replace(/^W\//, '')
    return tags.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === wanted)
  }
  if (since === undefined || lastModified === null) return false
  return Date.parse(since) >= Date.parse(lastModified)
}
