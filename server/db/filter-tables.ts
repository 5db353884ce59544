/** The tables of filters, as Kysely sees them. */
import type { Generated } from 'kysely'
import type { FilterAction, FilterContext } from '../contracts/filter.ts'
import type { Moment, NullableMoment } from './column-types.ts'

interface FiltersTable {
  id: Generated<string>
  actor_id: string
  title: string
  contexts: FilterContext[]
  action: Generated<FilterAction>
  expires_at: NullableMoment
  created_at: Moment
}

interface FilterKeywordsTable {
  id: Generated<string>
  filter_id: string
  keyword: string
  is_whole_word: Generated<boolean>
}

interface FilterPostsTable {
  id: Generated<string>
  filter_id: string
  post_id: string
}

export interface FilterTables {
  filters: FiltersTable
  filter_keywords: FilterKeywordsTable
  filter_posts: FilterPostsTable
}
