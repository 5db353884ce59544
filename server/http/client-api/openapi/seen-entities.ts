/** Schemas of what is counted from what the home has seen, and of what is told of it. */
import { Type } from 'typebox'
import type { Account } from '../../../contracts/account.ts'
import type { AccountExportStats } from '../../../contracts/export-stats.ts'
import type { InstanceDomainBlock } from '../../../contracts/instance.ts'
import type { TrendingLink } from '../../../contracts/preview-card.ts'
import type { Suggestion } from '../../../contracts/suggestion.ts'
import type { Translation } from '../../../contracts/translation.ts'
import { always, count, entity, id, list, orNull, ref, text, word } from './schema.ts'

const { Object: object } = Type

const HISTORY = list(object({ day: text(), uses: text(), accounts: text() }))

export const SEEN = {
  Suggestion: entity<Suggestion>()(
    object({
      source: always('past_interactions'),
      sources: list(word('friends_of_friends', 'most_interactions')),
      account: ref<Account>('Account'),
    }),
  ),
  TrendingLink: Type.Unsafe<TrendingLink>({
    allOf: [{ $ref: '#/components/schemas/PreviewCard' }, object({ history: HISTORY })],
  }),
  Translation: entity<Translation>()(
    object({
      id,
      content: text('HTML'),
      spoiler_text: text(),
      poll: orNull(object({ id, options: list(object({ title: text() })) })),
      media_attachments: list(object({ id, description: text() })),
      detected_source_language: text(),
      language: text(),
      provider: text(),
    }),
  ),
  InstanceDomainBlock: entity<InstanceDomainBlock>()(
    object({ domain: text(), digest: text(), severity: always('suspend'), comment: text() }),
  ),
  AccountExportStats: entity<AccountExportStats>()(
    object({
      followers_count: count,
      following_count: count,
      statuses_count: count,
      lists_count: count,
      blocks_count: count,
      mutes_count: count,
    }),
  ),
}
