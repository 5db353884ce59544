/** Hashtags: looked up by name, followed, shown on the profile. */
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import type { Tag } from '../../contracts/tag.ts'
import type { Transaction } from '../../db/pool.ts'
import { inTransaction } from '../../db/transaction.ts'
import { followHashtag, listFollowedHashtags, unfollowHashtag } from '../../domain/hashtags/follow-hashtag.ts'
import { type HashtagFacts, tagFromFacts } from '../../domain/hashtags/hashtag-entity.ts'
import { getHashtag } from '../../domain/posts/list-hashtags.ts'
import { featureHashtag, unfeatureHashtagNamed } from '../../domain/profiles/own-featured-hashtags.ts'
import { actorIdOf, forAll, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { PageQuery, TAG_PAGE, linkPage, pageRequest } from './pages.ts'

const params = Type.Object({ name: Type.String({ maxLength: 400 }) })

type Act = (tx: Transaction, actorId: string, hashtag: HashtagFacts) => Promise<void>

const ACTS: ReadonlyArray<readonly [name: string, scope: string, act: Act]> = [
  ['follow', 'write:follows', async (tx, actorId, { id }) => followHashtag(tx, actorId, id)],
  ['unfollow', 'write:follows', async (tx, actorId, { id }) => unfollowHashtag(tx, actorId, id)],
  ['feature', 'write:accounts', async (tx, actorId, tag) => featureHashtag(tx, actorId, tag.display_name)],
  ['unfeature', 'write:accounts', async (tx, actorId, { name }) => unfeatureHashtagNamed(tx, actorId, name)],
]

export function tagRoutes(api: Api): FastifyPluginAsync {
  const { db } = api.context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    const schema = { params }
    app.get('/tags/:name', { ...forAll('read:statuses'), schema }, async (request): Promise<Tag> => {
      const scope = api.scopeOf(request)
      return tagFromFacts(scope, await getHashtag(db, scope, request.params.name), api.now())
    })
    for (const [name, scopeName, act] of ACTS) {
      const options = { ...forUser(scopeName), schema }
      app.post(`/tags/:name/${name}`, options, async (request): Promise<Tag> => {
        const scope = api.scopeOf(request)
        const after = await inTransaction(db, async (tx) => {
          await act(tx, actorIdOf(request), await getHashtag(tx, scope, request.params.name))
          return getHashtag(tx, scope, request.params.name)
        })
        return tagFromFacts(scope, after, api.now())
      })
    }
    const listing = { ...forUser('read:follows'), schema: { querystring: PageQuery } }
    app.get('/followed_tags', listing, async (request, reply): Promise<Tag[]> => {
      const page = await listFollowedHashtags(db, actorIdOf(request), pageRequest(request.query, TAG_PAGE))
      linkPage(api, request, reply, page)
      return page.items.map((row) => tagFromFacts(api.scopeOf(request), row, api.now()))
    })
  }
}
