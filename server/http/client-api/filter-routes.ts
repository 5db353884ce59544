/** Filters as groups of keywords and posts, and what is in each. */
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import type { Filter, FilterKeyword, FilterStatus } from '../../contracts/filter.ts'
import type { Transaction } from '../../db/pool.ts'
import { inTransaction } from '../../db/transaction.ts'
import {
  addFilteredPost,
  addKeyword,
  changeFilter,
  changeKeyword,
  createFilter,
  removeFilter,
  removeFilteredPost,
  removeKeyword,
} from '../../domain/filters/edit-filters.ts'
import { draftFromForm, wholeDraft } from '../../domain/filters/filter-draft.ts'
import {
  type FilterFacts,
  type FilteredPostRow,
  type KeywordRow,
  getFilter,
  getFilterOfKeyword,
  getFilteredPost,
  loadFilters,
} from '../../domain/filters/load-filters.ts'
import { matchedFilter } from '../../domain/filters/viewer-filters.ts'
import { getActedOnPost } from '../../domain/posts/find-post.ts'
import { actorIdOf, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { FilterBody, FilteredStatusBody, KeywordBody, formOf, keywordChange } from './filter-forms.ts'
import { IdParams } from './status-routes.ts'

const FilterParams = Type.Object({ filter_id: Type.String({ maxLength: 40 }) })

const keywordOf = (row: KeywordRow): FilterKeyword => ({
  id: row.id,
  keyword: row.keyword,
  whole_word: row.is_whole_word,
})

const statusOf = (row: FilteredPostRow): FilterStatus => ({ id: row.id, status_id: row.post_id })

const filterOf = (facts: FilterFacts): Filter => ({
  ...matchedFilter(facts),
  keywords: facts.keywords.map(keywordOf),
  statuses: facts.posts.map(statusOf),
})

/** Changes filters in one transaction; what this process has in memory is forgotten before it answers. */
export async function changeFilters<T>(api: Api, work: (tx: Transaction) => Promise<T>): Promise<T> {
  try {
    return await inTransaction(api.context.db, work)
  } finally {
    api.filters.clear()
  }
}

export function filterRoutes(api: Api): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    groupRoutes(app, api)
    keywordRoutes(app, api)
    statusRoutes(app, api)
  }
}

function groupRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  app.get('/v2/filters', forUser('read:filters'), async (request) =>
    (await loadFilters(db, actorIdOf(request))).map(filterOf),
  )
  app.post(
    '/v2/filters',
    { ...forUser('write:filters'), schema: { body: FilterBody } },
    async (request): Promise<Filter> => {
      const { body } = request
      const draft = wholeDraft(formOf(body), api.now())
      const keywords = (body.keywords_attributes ?? []).map(keywordChange)
      const actorId = actorIdOf(request)
      return filterOf(await changeFilters(api, async (tx) => createFilter(tx, actorId, draft, keywords)))
    },
  )
  const reading = { ...forUser('read:filters'), schema: { params: IdParams } }
  app.get('/v2/filters/:id', reading, async (request) =>
    filterOf(await getFilter(db, actorIdOf(request), request.params.id)),
  )
  const changing = { ...forUser('write:filters'), schema: { params: IdParams, body: FilterBody } }
  app.put('/v2/filters/:id', changing, async (request): Promise<Filter> => {
    const { body, params } = request
    const draft = draftFromForm(formOf(body), api.now())
    const keywords = (body.keywords_attributes ?? []).map(keywordChange)
    const actorId = actorIdOf(request)
    return filterOf(
      await changeFilters(api, async (tx) => changeFilter(tx, actorId, params.id, draft, keywords)),
    )
  })
  const removing = { ...forUser('write:filters'), schema: { params: IdParams } }
  app.delete('/v2/filters/:id', removing, async (request) => {
    await changeFilters(api, async (tx) => removeFilter(tx, actorIdOf(request), request.params.id))
    return {}
  })
}

function keywordRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  const listing = { ...forUser('read:filters'), schema: { params: FilterParams } }
  app.get('/v2/filters/:filter_id/keywords', listing, async (request) =>
    (await getFilter(db, actorIdOf(request), request.params.filter_id)).keywords.map(keywordOf),
  )
  const adding = { ...forUser('write:filters'), schema: { params: FilterParams, body: KeywordBody } }
  app.post('/v2/filters/:filter_id/keywords', adding, async (request): Promise<FilterKeyword> => {
    const { body, params } = request
    const work = async (tx: Transaction): Promise<KeywordRow> =>
      addKeyword(tx, actorIdOf(request), params.filter_id, keywordChange(body))
    return keywordOf(await changeFilters(api, work))
  })
  const reading = { ...forUser('read:filters'), schema: { params: IdParams } }
  app.get('/v2/filters/keywords/:id', reading, async (request) =>
    keywordOf((await getFilterOfKeyword(db, actorIdOf(request), request.params.id)).keyword),
  )
  const changing = { ...forUser('write:filters'), schema: { params: IdParams, body: KeywordBody } }
  app.put('/v2/filters/keywords/:id', changing, async (request): Promise<FilterKeyword> => {
    const { body, params } = request
    const work = async (tx: Transaction): Promise<KeywordRow> =>
      changeKeyword(tx, actorIdOf(request), params.id, keywordChange(body))
    return keywordOf(await changeFilters(api, work))
  })
  const removing = { ...forUser('write:filters'), schema: { params: IdParams } }
  app.delete('/v2/filters/keywords/:id', removing, async (request) => {
    await changeFilters(api, async (tx) => removeKeyword(tx, actorIdOf(request), request.params.id))
    return {}
  })
}

function statusRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  const listing = { ...forUser('read:filters'), schema: { params: FilterParams } }
  app.get('/v2/filters/:filter_id/statuses', listing, async (request) =>
    (await getFilter(db, actorIdOf(request), request.params.filter_id)).posts.map(statusOf),
  )
  const adding = { ...forUser('write:filters'), schema: { params: FilterParams, body: FilteredStatusBody } }
  app.post('/v2/filters/:filter_id/statuses', adding, async (request): Promise<FilterStatus> => {
    const actorId = actorIdOf(request)
    const post = await getActedOnPost(db, actorId, request.body.status_id)
    const work = async (tx: Transaction): Promise<FilteredPostRow> =>
      addFilteredPost(tx, actorId, request.params.filter_id, post.id)
    return statusOf(await changeFilters(api, work))
  })
  const reading = { ...forUser('read:filters'), schema: { params: IdParams } }
  app.get('/v2/filters/statuses/:id', reading, async (request) =>
    statusOf(await getFilteredPost(db, actorIdOf(request), request.params.id)),
  )
  const removing = { ...forUser('write:filters'), schema: { params: IdParams } }
  app.delete('/v2/filters/statuses/:id', removing, async (request) => {
    await changeFilters(api, async (tx) => removeFilteredPost(tx, actorIdOf(request), request.params.id))
    return {}
  })
}
