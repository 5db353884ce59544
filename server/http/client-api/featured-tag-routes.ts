/** Hashtags on profiles: the owner chooses theirs, everybody sees those of anybody. */
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { HomebirdError } from '../../core/errors.ts'
import { inTransaction } from '../../db/transaction.ts'
import { suggestHashtags } from '../../domain/posts/list-hashtags.ts'
import {
  featureHashtag,
  listFeaturedHashtags,
  unfeatureHashtag,
} from '../../domain/profiles/own-featured-hashtags.ts'
import { hashtagKey } from '../../domain/text/scan-text.ts'
import { actorIdOf, forAll, forUser } from './access.ts'
import { type Api, type ApiApp, getAccountActor } from './api.ts'
import { IdParams } from './status-routes.ts'

const NameForm = Type.Object({ name: Type.String({ maxLength: 400 }) })

export function featuredTagRoutes(api: Api): FastifyPluginAsync {
  const { db } = api.context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    app.get('/featured_tags', forUser('read:accounts'), async (request) =>
      listFeaturedHashtags(db, api.scopeOf(request), actorIdOf(request)),
    )
    app.get('/featured_tags/suggestions', forUser('read:accounts'), async (request) =>
      suggestHashtags(db, api.scopeOf(request), actorIdOf(request), api.now()),
    )
    const posting = { ...forUser('write:accounts'), schema: { body: NameForm } }
    app.post('/featured_tags', posting, async (request) => {
      const { name } = request.body
      const actorId = actorIdOf(request)
      await inTransaction(db, async (tx) => featureHashtag(tx, actorId, name))
      const all = await listFeaturedHashtags(db, api.scopeOf(request), actorId)
      const key = hashtagKey(name.trim().replace(/^#/, ''))
      const made = all.find((one) => hashtagKey(one.name) === key)
      // Another app took it away in the same moment.
      if (made === undefined) throw new HomebirdError('NOT_FOUND', 'the hashtag is featured no more')
      return made
    })
    const removing = { ...forUser('write:accounts'), schema: { params: IdParams } }
    app.delete('/featured_tags/:id', removing, async (request) => {
      await inTransaction(db, async (tx) => unfeatureHashtag(tx, actorIdOf(request), request.params.id))
      return {}
    })
    const reading = { ...forAll('read:accounts'), schema: { params: IdParams } }
    app.get('/accounts/:id/featured_tags', reading, async (request) => {
      const actor = await getAccountActor(api, request.params.id)
      return listFeaturedHashtags(db, api.scopeOf(request), actor.id)
    })
  }
}
