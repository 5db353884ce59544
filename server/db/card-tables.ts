/** The tables of link previews, as Kysely sees them. */
import type { Generated } from 'kysely'
import type { Moment, Nullable, NullableMoment, StateColumns } from './column-types.ts'

interface CardsTable extends StateColumns {
  id: Generated<string>
  url: string
  host: string
  page_url: Nullable<string>
  kind: Generated<'link' | 'photo' | 'video'>
  title: Generated<string>
  description: Generated<string>
  provider_name: Generated<string>
  author_name: Generated<string>
  author_handle: Generated<string>
  language: Nullable<string>
  image_url: Nullable<string>
  image_description: Generated<string>
  width: Generated<number>
  height: Generated<number>
  published_at: NullableMoment
  fetched_at: NullableMoment
  created_at: Moment
}

interface PostCardsTable {
  post_id: string
  card_id: string
}

export interface CardTables {
  cards: CardsTable
  post_cards: PostCardsTable
}
