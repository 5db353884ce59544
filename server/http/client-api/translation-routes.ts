/** Statuses in the reader's language, by the service that the owner has set; without one there is nothing of it here. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { HomebirdError, describeError } from '../../core/errors.ts'
import { keepValue } from '../../core/kept-value.ts'
import { getActedOnPost } from '../../domain/posts/find-post.ts'
import { createTranslationCache, translateStatus } from '../../domain/translations/translate-status.ts'
import type { LanguagePairs } from '../../domain/translations/translation-service.ts'
import { createTranslator } from '../../domain/translations/translator.ts'
import { OPEN, actorIdOf, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { IdParams, sendStatus } from './status-routes.ts'

/** Strangers may ask for the languages as often as they like. */
const KEEP_MS = 600_000
const NO_PAIRS: LanguagePairs = new Map()
const LanguageForm = Type.Object({ lang: Type.Optional(Type.String({ maxLength: 40 })) })

export function translationRoutes(api: Api): FastifyPluginAsync {
  const { config, fetch, clock, db, log } = api.context
  const translator = createTranslator(config, fetch)
  const cache = createTranslationCache()
  const pairs = keepValue(clock, KEEP_MS, async (): Promise<LanguagePairs> => {
    try {
      return (await translator?.languages()) ?? NO_PAIRS
    } catch (error) {
      log.warn({ event: 'translations.no_languages', error: describeError(error) })
      return NO_PAIRS
    }
  })
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    app.get('/v1/instance/translation_languages', OPEN, async () => Object.fromEntries(await pairs()))
    const options = { ...forUser('read:statuses'), schema: { params: IdParams, body: LanguageForm } }
    app.post('/v1/statuses/:id/translate', options, async (request) => {
      // Before it is said that nothing is translated here: what is invisible is not there.
      const post = await getActedOnPost(db, actorIdOf(request), request.params.id)
      if (translator === null) throw new HomebirdError('NOT_FOUND', 'no translation service is set')
      const status = await sendStatus(api, request, post.id)
      const parts = { translator, cache, pairs: await pairs() }
      return translateStatus(parts, status, request.body.lang ?? (await ownLanguage(api, request)))
    })
  }
}

/** What the owner writes in, else what the app says that its reader reads. */
async function ownLanguage(api: Api, request: FastifyRequest): Promise<string> {
  const { default_language: own } = await api.actorOf(request)
  const [accepted = ''] = (request.headers['accept-language'] ?? '').split(/[,;]/)
  return own ?? (accepted.trim() === '' || accepted === '*' ? 'en' : accepted.trim())
}
