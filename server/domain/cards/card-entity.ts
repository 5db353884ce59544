/** Link previews as the cards of the client API. */
import { type RawBuilder, sql } from 'kysely'
import type { PreviewCard } from '../../contracts/preview-card.ts'
import type { Row } from '../../db/tables.ts'
import type { EntityScope } from '../actors/entity-scope.ts'

/** What a card is shown by; moments are texts inside JSON. */
export type CardFact = Pick<
  Row<'cards'>,
  | 'id'
  | 'url'
  | 'host'
  | 'page_url'
  | 'kind'
  | 'title'
  | 'description'
  | 'provider_name'
  | 'author_name'
  | 'author_handle'
  | 'language'
  | 'image_url'
  | 'image_description'
  | 'width'
  | 'height'
> & { readonly published_at: string | null }

/** For the union of what hangs on posts: the cards that were read. */
export function cardsOf(ids: readonly string[]): RawBuilder<unknown> {
  return sql`
    select 'card', post_cards.post_id, 0, 0, json_build_object('id', cards.id::text, 'url', cards.url,
             'host', cards.host, 'page_url', cards.page_url, 'kind', cards.kind, 'title', cards.title,
             'description', cards.description, 'provider_name', cards.provider_name,
             'author_name', cards.author_name, 'author_handle', cards.author_handle, 'language', cards.language,
             'image_url', cards.image_url, 'image_description', cards.image_description, 'width', cards.width,
             'height', cards.height, 'published_at', cards.published_at)
      from post_cards join cards on cards.id = post_cards.card_id
     where post_cards.post_id = any(${ids}::bigint[]) and cards.fetched_at is not null`
}

export function cardFromFact(scope: EntityScope, fact: CardFact): PreviewCard | null {
  if (!scope.showsCardOf(fact.host)) return null
  const author = fact.author_handle || fact.author_name
  return {
    url: fact.page_url ?? fact.url,
    title: fact.title,
    description: fact.description,
    language: fact.language,
    // A video without a player is a link: apps would look for one in `html`, and nobody else's markup is passed on.
    type: fact.kind === 'video' ? 'link' : fact.kind,
    author_name: fact.author_name || fact.author_handle,
    author_url: '',
    authors: author === '' ? [] : [{ name: author, url: '', account: null }],
    provider_name: fact.provider_name,
    provider_url: '',
    html: '',
    width: fact.width,
    height: fact.height,
    image: scope.urls.card(fact),
    image_description: fact.image_description,
    embed_url: '',
    blurhash: null,
    published_at: fact.published_at === null ? null : new Date(fact.published_at).toISOString(),
  }
}
