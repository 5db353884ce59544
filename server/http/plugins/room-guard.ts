/**
 * While the disk has no room nothing new is taken in: other servers are asked to come again, which they do, and the owner's
 * apps are told why. What takes something away goes on, and so does all that the owner needs to make room.
 * @see security rule 115
 */
import type { FastifyInstance } from 'fastify'
import { INBOX_ROUTES } from '../../activitypub/uris.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { HttpContext } from '../http-context.ts'

const TAKES_NOTHING_IN: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE'])
/** The client API, and what the owner's own routes keep of what somebody wrote or sent. */
const TAKES_IN =
  /^\/api\/(?:v1|v2)\/|^\/api\/homebird\/v1\/(?:drafts|imports|emojis|block-lists|identities|restore\/uploads)(?:\/|$)/
const COME_AGAIN_SECONDS = 300

export const NO_ROOM_TO_WRITE =
  'The disk of this home is full. Nothing new is taken in until there is room again: delete files on it or clear a cache.'

export function guardRoom(app: FastifyInstance, { supervision }: Pick<HttpContext, 'supervision'>): void {
  if (supervision === null) return
  app.addHook('onRequest', (request, _reply, done) => {
    if (supervision.hasRoom() || TAKES_NOTHING_IN.has(request.method)) return done()
    const { url = '' } = request.routeOptions
    if (INBOX_ROUTES.has(url)) {
      return done(
        new HomebirdError('UNAVAILABLE', 'the disk is full: no activity is taken in', {
          details: { retryAfterSeconds: COME_AGAIN_SECONDS },
        }),
      )
    }
    if (!TAKES_IN.test(url)) return done()
    return done(
      new HomebirdError('STORAGE_FULL', `the disk is full: ${request.method} ${url} is refused`, {
        safe: NO_ROOM_TO_WRITE,
      }),
    )
  })
}
