/**
 * The followers of an identity on the server that asks, for it to compare with what it remembers. Everybody signs and
 * sees their own server's part, whatever else is hidden.
 * @see FEP-8fcf
 */
import type { FastifyPluginAsync } from 'fastify'
import { wholeOrderedCollection } from '../../activitypub/collections.ts'
import { ADOPTED_ROUTES, AP_ROUTES, followersSyncUri } from '../../activitypub/uris.ts'
import { listFollowersOnHost } from '../../domain/follows/follower-digests.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import { readyAnswer } from '../ready/ready-answer.ts'
import {
  ACTIVITY_TYPE,
  OPEN,
  type Surface,
  findRequestedIdentity,
  refuseQueries,
  requestedUri,
  requireReader,
  sendFound,
} from './surface.ts'

export function followersSyncRoutes({ context }: Surface): FastifyPluginAsync {
  const { db } = context
  return async (app) => {
    answerAs(app, 'ofReader')
    refuseQueries(app)
    for (const routes of [AP_ROUTES, ADOPTED_ROUTES]) {
      app.get(routes.followersSync, OPEN, async (request, reply) => {
        const { host } = await requireReader(context, request)
        const uri = requestedUri(context, request)
        const actor = await findRequestedIdentity(context, request)
        const { id = '', followers_uri: followersUri = null } = actor ?? {}
        const isItsOwn = followersUri !== null && uri === followersSyncUri(followersUri)
        const items = isItsOwn ? await listFollowersOnHost(db, id, host) : null
        if (items === null) return sendFound(request, reply, null)
        const document = wholeOrderedCollection({ uri, items })
        const answer = readyAnswer({ contentType: ACTIVITY_TYPE, outcome: 'not public', tags: [], document })
        return sendFound(request, reply, answer)
      })
    }
  }
}
