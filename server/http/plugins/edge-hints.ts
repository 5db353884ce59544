/**
 * What caches in front are told beside how long they may keep an answer: by which tag they can forget it, and that a page
 * which is here no more takes the place of what they have. Runs after the hook that writes `cache-control`.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { CdnKind } from '../../core/cdn-settings.ts'
import { tagHeader } from '../../domain/purges/cache-tags.ts'

/** Set by an nginx of the owner's on requests that replace what it keeps; it hands on what nobody else may set. */
const REFRESH_HEADER = 'x-homebird-refresh'

export function hintToEdges(app: FastifyInstance, { cdn }: { readonly cdn: CdnKind }): void {
  if (cdn === 'none') return
  app.addHook('onSend', (request, reply, payload, done) => {
    const header = tagHeader(cdn, request.raw.url ?? '')
    const isPublic = String(reply.getHeader('cache-control') ?? '').startsWith('public')
    if (header !== null && isPublic) void reply.header(header[0], header[1])
    // nginx takes a refusal that nobody may keep for no answer at all, and would go on showing what it has.
    const isRefusal = reply.statusCode >= 300 && reply.statusCode < 500
    if (cdn === 'nginx' && isRefusal && request.headers[REFRESH_HEADER] !== undefined) putFirst(reply)
    done(null, payload)
  })
}

/** nginx before 1.23.3 goes by whichever of the two it reads first. */
function putFirst(reply: FastifyReply): void {
  const cacheControl = reply.getHeader('cache-control')
  void reply.removeHeader('cache-control').header('x-accel-expires', '1')
  if (cacheControl !== undefined) void reply.header('cache-control', cacheControl)
}
