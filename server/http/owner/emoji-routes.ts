/** Custom emoji in the owner's hands: those of the home are added, changed and taken away; those of others are copied. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { OwnEmojiFacts, SeenEmojiFacts } from '../../contracts/own-emojis.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { inTransaction } from '../../db/transaction.ts'
import {
  type OwnEmoji,
  type SeenEmojiRow,
  changeOwnEmoji,
  getSeenEmoji,
  listKeptEmojis,
  listSeenEmojis,
  parseEmojiCategory,
  parseEmojiShortcode,
  removeOwnEmoji,
} from '../../domain/emojis/keep-own-emojis.ts'
import { loadMediaKey } from '../../domain/media/media-key.ts'
import { type MediaUrls, createMediaUrls } from '../../domain/media/media-urls.ts'
import { readBodies } from '../client-api/bodies.ts'
import { fileOf } from '../client-api/form-files.ts'
import type { HttpContext } from '../http-context.ts'
import { requireOwner } from './session.ts'
import { fetchEmoji, takeEmoji } from './take-emoji.ts'

const OWNER = { config: { scope: 'owner' } } as const
const SEEN_PAGE = 60

const Name = Type.String({ minLength: 1, maxLength: 200 })
const Category = Type.Optional(Type.Union([Type.String({ maxLength: 400 }), Type.Null()]))
const NewForm = Type.Object({ shortcode: Name, category: Category })
const ChangeForm = Type.Object({ category: Category, isDisabled: Type.Optional(Type.Boolean()) })
const SeenQuery = Type.Object({
  q: Type.Optional(Type.String({ maxLength: 200 })),
  before: Type.Optional(Type.String({ maxLength: 40 })),
})
const IdParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

type IdPath = { Params: Static<typeof IdParams> }
type NewBody = { Body: Static<typeof NewForm> }

export function emojiRoutes(context: HttpContext): FastifyPluginAsync {
  const { db } = context
  return async (app) => {
    await readBodies(app, context)
    const urls = createMediaUrls({
      key: await loadMediaKey(db),
      origin: () => context.home.origin(),
      base: () => '',
      mediaUrl: context.config.mediaUrl,
    })
    app.get('/emojis', OWNER, async () => {
      const kept = await listKeptEmojis(db)
      return { emojis: kept.map((emoji) => ownFacts(urls, emoji)) }
    })
    const making = {
      config: { ...OWNER.config, files: { image: 'emoji' } },
      schema: { body: NewForm },
    } as const
    app.post<NewBody>('/emojis', making, async (request) => {
      const { identityId } = await requireOwner(context, request)
      const file = fileOf(request, 'image')
      if (file === null)
        throw new HomebirdError('UNPROCESSABLE', 'no picture came', { safe: 'An emoji needs a picture.' })
      const naming = namingOf(request.body, identityId)
      return ownFacts(urls, await takeEmoji(context, file, naming))
    })
    app.patch<IdPath & { Body: Static<typeof ChangeForm> }>(
      '/emojis/:id',
      { ...OWNER, schema: { params: IdParams, body: ChangeForm } },
      async ({ params: { id }, body }) => {
        const isThere = isRowId(id) && (await inTransaction(db, async (tx) => changeOwnEmoji(tx, id, body)))
        if (!isThere) throw noEmoji(id)
        return {}
      },
    )
    app.delete<IdPath>(
      '/emojis/:id',
      { ...OWNER, schema: { params: IdParams } },
      async ({ params: { id } }) => {
        const wasThere = isRowId(id) && (await inTransaction(db, async (tx) => removeOwnEmoji(tx, id)))
        if (!wasThere) throw noEmoji(id)
        return {}
      },
    )
    await app.register(seenRoutes(context, urls))
  }
}

/** Those of others, as far as they were met. */
function seenRoutes(context: HttpContext, urls: MediaUrls): FastifyPluginAsync {
  const { db } = context
  return async (app) => {
    app.get<{ Querystring: Static<typeof SeenQuery> }>(
      '/emojis/seen',
      { ...OWNER, schema: { querystring: SeenQuery } },
      async ({ query: { q = '', before } }) => {
        const beforeId = before !== undefined && isRowId(before) ? before : null
        const seen = await listSeenEmojis(db, q, beforeId, SEEN_PAGE)
        return { emojis: seen.map((emoji) => seenFacts(urls, emoji)) }
      },
    )
    app.post<IdPath & NewBody>(
      '/emojis/seen/:id/copy',
      { ...OWNER, schema: { params: IdParams, body: NewForm } },
      async (request) => {
        const { identityId } = await requireOwner(context, request)
        const { id } = request.params
        if (!isRowId(id)) throw noEmoji(id)
        const naming = namingOf(request.body, identityId)
        const { url } = await getSeenEmoji(db, id)
        const file = await fetchEmoji(context, url, context.stopping)
        try {
          return ownFacts(urls, await takeEmoji(context, file, naming))
        } finally {
          // Nothing is left of it where it was refused before it was kept.
          await file.written.discard()
        }
      },
    )
  }
}

function namingOf({ shortcode, category }: Static<typeof NewForm>, identityId: string | null) {
  if (identityId === null) throw new HomebirdError('UNAVAILABLE', 'the session has no identity')
  return {
    shortcode: parseEmojiShortcode(shortcode),
    category: parseEmojiCategory(category),
    identityId,
  }
}

const noEmoji = (id: string): HomebirdError =>
  new HomebirdError('NOT_FOUND', `there is no emoji ${id.slice(0, 40)} of the home`)

const ownFacts = (urls: MediaUrls, emoji: OwnEmoji): OwnEmojiFacts => ({
  id: emoji.id,
  shortcode: emoji.shortcode,
  url: urls.stored(emoji.url),
  category: emoji.category,
  isDisabled: emoji.is_disabled,
})

const seenFacts = (urls: MediaUrls, emoji: SeenEmojiRow): SeenEmojiFacts => ({
  id: emoji.id,
  shortcode: emoji.shortcode,
  host: emoji.host,
  url: urls.emoji({ kind: 'emoji', id: emoji.id }, emoji),
})
