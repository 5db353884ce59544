/** Filters for apps that know only those of one keyword. @see Mastodon API, filters v1 */
import type { FastifyPluginAsync } from 'fastify'
import type { Static } from 'typebox'
import type { FilterV1 } from '../../contracts/filter.ts'
import { HomebirdError } from '../../core/errors.ts'
import { createFilter, removeKeyword } from '../../domain/filters/edit-filters.ts'
import {
  FILTER_LIMITS,
  type FilterForm,
  checkKeyword,
  draftFromForm,
  wholeDraft,
} from '../../domain/filters/filter-draft.ts'
import { getFilterOfKeyword, loadFilters } from '../../domain/filters/load-filters.ts'
import { changeOldFilter, oldFilter } from '../../domain/filters/old-filters.ts'
import { truncateText } from '../../domain/text/clean-text.ts'
import { actorIdOf, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { OldFilterBody } from './filter-forms.ts'
import { changeFilters } from './filter-routes.ts'
import { IdParams } from './status-routes.ts'

const formOf = (body: Static<typeof OldFilterBody>): FilterForm => ({
  contexts: body.context,
  expiresInSeconds: body.expires_in,
})

export function oldFilterRoutes(api: Api): FastifyPluginAsync {
  const { db } = api.context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    app.get('/v1/filters', forUser('read:filters'), async (request): Promise<FilterV1[]> => {
      const filters = await loadFilters(db, actorIdOf(request))
      return filters.flatMap((filter) => filter.keywords.map((keyword) => oldFilter(filter, keyword)))
    })
    const reading = { ...forUser('read:filters'), schema: { params: IdParams } }
    app.get('/v1/filters/:id', reading, async (request): Promise<FilterV1> => {
      const { filter, keyword } = await getFilterOfKeyword(db, actorIdOf(request), request.params.id)
      return oldFilter(filter, keyword)
    })
    writingRoutes(app, api)
  }
}

function writingRoutes(app: ApiApp, api: Api): void {
  const making = { ...forUser('write:filters'), schema: { body: OldFilterBody } }
  app.post('/v1/filters', making, async (request): Promise<FilterV1> => {
    const { body } = request
    const phrase = checkKeyword(body.phrase ?? '', 'Phrase')
    const title = truncateText(phrase, FILTER_LIMITS.titleLength)
    const action = body.irreversible === true ? 'hide' : 'warn'
    const draft = wholeDraft({ ...formOf(body), title, action }, api.now())
    const keywords = [{ keyword: phrase, isWholeWord: body.whole_word ?? false }]
    const filter = await changeFilters(api, async (tx) =>
      createFilter(tx, actorIdOf(request), draft, keywords),
    )
    const [keyword] = filter.keywords
    if (keyword === undefined) throw new HomebirdError('INTERNAL', `filter ${filter.id} has no keyword`)
    return oldFilter(filter, keyword)
  })
  const changing = { ...forUser('write:filters'), schema: { params: IdParams, body: OldFilterBody } }
  app.put('/v1/filters/:id', changing, async (request): Promise<FilterV1> => {
    const { body, params } = request
    const change = {
      phrase: body.phrase,
      isWholeWord: body.whole_word,
      isIrreversible: body.irreversible,
      draft: draftFromForm(formOf(body), api.now()),
    }
    return changeFilters(api, async (tx) => changeOldFilter(tx, actorIdOf(request), params.id, change))
  })
  const removing = { ...forUser('write:filters'), schema: { params: IdParams } }
  app.delete('/v1/filters/:id', removing, async (request) => {
    await changeFilters(api, async (tx) => removeKeyword(tx, actorIdOf(request), request.params.id))
    return {}
  })
}
