/** Forms of filters, as apps send them. */
import { type Static, Type } from 'typebox'
import type { KeywordChange } from '../../domain/filters/edit-filters.ts'
import { FILTER_LIMITS, type FilterForm } from '../../domain/filters/filter-draft.ts'

/** What is longer than its limit is refused in words; what is longer than this is not looked at. */
const MOST_LETTERS = 10_000
const Text = Type.Optional(Type.String({ maxLength: MOST_LETTERS }))
const Flag = Type.Optional(Type.Boolean())
const Contexts = Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { maxItems: 20 }))
/** Nothing, which forms write as an empty field, is never. */
const ExpiresIn = Type.Optional(Type.Union([Type.Integer(), Type.Null()]))

const KEYWORD_MEMBERS = { keyword: Text, whole_word: Flag }
export const KeywordBody = Type.Object(KEYWORD_MEMBERS)
const KeywordAttributes = Type.Object({
  ...KEYWORD_MEMBERS,
  id: Type.Optional(Type.String({ maxLength: 40 })),
  _destroy: Flag,
})

export const FilterBody = Type.Object({
  title: Text,
  context: Contexts,
  filter_action: Type.Optional(Type.String({ maxLength: 60 })),
  expires_in: ExpiresIn,
  keywords_attributes: Type.Optional(Type.Array(KeywordAttributes, { maxItems: FILTER_LIMITS.keywords })),
})

export const OldFilterBody = Type.Object({
  phrase: Text,
  context: Contexts,
  irreversible: Flag,
  whole_word: Flag,
  expires_in: ExpiresIn,
})

export const FilteredStatusBody = Type.Object({ status_id: Type.String({ maxLength: 40 }) })

export const formOf = (body: Static<typeof FilterBody>): FilterForm => ({
  title: body.title,
  contexts: body.context,
  action: body.filter_action,
  expiresInSeconds: body.expires_in,
})

export const keywordChange = (body: Static<typeof KeywordAttributes>): KeywordChange => ({
  id: body.id === '' ? undefined : body.id,
  keyword: body.keyword,
  isWholeWord: body.whole_word,
  isRemoved: body._destroy,
})
