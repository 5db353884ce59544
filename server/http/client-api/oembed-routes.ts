/**
 * Tells other sites how to show a post of this home. Only what strangers may see is told of, and only what was written
 * here.
 * @see https://oembed.com, 2.2 and 2.3.5
 */
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import type { OEmbed } from '../../contracts/oembed.ts'
import { HomebirdError } from '../../core/errors.ts'
import { readHomeTexts } from '../../domain/owner/home-texts.ts'
import { findVisiblePostByUrl } from '../../domain/posts/find-post.ts'
import { statusFromRow } from '../../domain/posts/status-entities.ts'
import { OPEN } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { oembedOf } from './oembed.ts'

const NO_LIMIT = 100_000
const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: NO_LIMIT }))
const Query = Type.Object({
  url: Type.String({ minLength: 1, maxLength: 2_048 }),
  maxwidth: Limit,
  maxheight: Limit,
  format: Type.Optional(Type.String({ maxLength: 20 })),
})

export function oembedRoutes(api: Api): FastifyPluginAsync {
  const { db, home } = api.context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    app.get(
      '/oembed',
      { ...OPEN, schema: { querystring: Query } },
      async (request, reply): Promise<OEmbed> => {
        const { url, format = 'json', maxwidth = NO_LIMIT, maxheight = NO_LIMIT } = request.query
        if (format !== 'json') return reply.code(501).send({ error: 'Only the format json is known here.' })
        const post = await findVisiblePostByUrl(db, null, addressOf(url))
        const isOurs = post?.is_local === true && post.boost_of_id === null
        const status = isOurs ? await statusFromRow(db, api.scopeFor(null), post) : undefined
        if (status === undefined)
          throw new HomebirdError('NOT_FOUND', 'no public post of ours at this address')
        const { title } = await readHomeTexts(db)
        const origin = new URL(status.uri).origin
        const name = title || (home.primaryDomain()?.domain ?? '')
        return oembedOf(status, { title: name, origin }, { maxWidth: maxwidth, maxHeight: maxheight })
      },
    )
  }
}

/** As people copy it: with what a campaign hangs on it, or a place within the page. */
const addressOf = (url: string): string => url.replace(/[?#].*$/s, '').replace(/\/embed$/, '')
