/** Posts as the statuses of the client API. */
import type { FilterResult } from '../../contracts/filter.ts'
import type { Status, StatusMention } from '../../contracts/status.ts'
import type { Querier } from '../../db/pool.ts'
import { cardFromFact } from '../cards/card-entity.ts'
import { acctOf, loadedAccount } from '../actors/account-entities.ts'
import { shallowQuote, wholeQuote } from '../quotes/shown-quotes.ts'
import { policyNames } from '../quotes/quote-policy.ts'
import { type EntityScope, customEmojis, isoMoment, outputHtml } from '../actors/entity-scope.ts'
import { emojiReaction, glitchReaction } from '../interactions/reaction-entities.ts'
import { mediaFromAttachment } from '../media/media-attachment.ts'
import { shownCounts } from './origin-facts.ts'
import { pollFromFact } from '../polls/poll-entity.ts'
import {
  type Mark,
  type MentionRow,
  type PostRow,
  type StatusFacts,
  loadStatusFacts,
} from './status-facts.ts'
import { visibilityName } from './visibility-name.ts'

/**
 * Statuses in the order of the rows, in at most three statements. Rows must have passed `visiblePosts`. A row whose author
 * or boosted post went away in between is left out.
 */
export async function statusesFromRows(
  db: Querier,
  scope: EntityScope,
  rows: readonly PostRow[],
): Promise<Status[]> {
  if (rows.length === 0) return []
  const facts = await loadStatusFacts(db, scope, rows)
  return rows.flatMap((row) => statusFromPost(scope, facts, row) ?? [])
}

/** One status; the row must have passed `visiblePosts`. */
export async function statusFromRow(
  db: Querier,
  scope: EntityScope,
  row: PostRow,
): Promise<Status | undefined> {
  return (await statusesFromRows(db, scope, [row]))[0]
}

/** A server without policies lets everybody quote. */
const EVERYBODY = ['public'] as const

/** Without I/O, from what `loadStatusFacts` read. */
export function statusFromPost(scope: EntityScope, facts: StatusFacts, row: PostRow): Status | undefined {
  if (row.boost_of_id === null) return quotingStatus(scope, facts, row)
  const target = facts.boosted.get(row.boost_of_id)
  const reblog = target === undefined ? undefined : quotingStatus(scope, facts, target)
  const account = loadedAccount(scope, facts.actors, row.author_id)
  if (reblog === undefined || account === undefined) return undefined
  // A boost is an empty post around another; what the viewer did with that one is shown on both.
  return {
    ...reblog,
    id: row.id,
    uri: row.uri,
    created_at: row.published_at.toISOString(),
    edited_at: null,
    account,
    content: '',
    visibility: visibilityName(row.visibility),
    sensitive: false,
    spoiler_text: '',
    media_attachments: [],
    mentions: [],
    tags: [],
    emojis: [],
    in_reply_to_id: null,
    in_reply_to_account_id: null,
    poll: null,
    card: null,
    application: null,
    reblog,
  }
}

/** With the quoted status in it; that one only names what it quotes itself. */
function quotingStatus(scope: EntityScope, facts: StatusFacts, row: PostRow): Status | undefined {
  const status = plainStatus(scope, facts, row)
  const quote = facts.hanging.get(row.id)?.quote ?? null
  if (status === undefined || quote === null) return status
  const quoted = quote.quoted_id === null ? undefined : facts.quoted.get(quote.quoted_id)
  const quotedStatus = quoted === undefined ? undefined : plainStatus(scope, facts, quoted)
  return { ...status, quote: wholeQuote(quote, quotedStatus ?? null) }
}

function plainStatus(scope: EntityScope, facts: StatusFacts, row: PostRow): Status | undefined {
  const account = loadedAccount(scope, facts.actors, row.author_id)
  if (account === undefined) return undefined
  const hanging = facts.hanging.get(row.id)
  const emojis = customEmojis(scope, { kind: 'post', id: row.id, isOurs: row.is_local }, row.emojis)
  const counts = shownCounts(row)
  const reactions = hanging?.reactions ?? []
  return {
    id: row.id,
    uri: row.uri,
    url: row.page_url ?? row.uri,
    created_at: row.published_at.toISOString(),
    edited_at: isoMoment(row.edited_at),
    account,
    content: outputHtml(row.content_html),
    visibility: visibilityName(row.visibility),
    sensitive: row.is_sensitive,
    spoiler_text: row.summary,
    media_attachments: (hanging?.attachments ?? []).map((attachment) =>
      mediaFromAttachment(scope.urls, attachment),
    ),
    mentions: (hanging?.mentions ?? []).map((mention) => mentionOf(scope, mention)),
    tags: (hanging?.tags ?? []).map((name) => ({
      name,
      url: scope.urls.page(`/tags/${encodeURIComponent(name)}`),
    })),
    emojis,
    reblogs_count: counts.boosts,
    favourites_count: counts.likes,
    replies_count: counts.replies,
    quotes_count: hanging?.quotesCount ?? 0,
    emoji_reactions: reactions.map((group) => emojiReaction(scope, group)),
    reactions: reactions.map((group) => glitchReaction(scope, group)),
    in_reply_to_id: row.in_reply_to_id,
    in_reply_to_account_id: row.in_reply_to_author_id,
    reblog: null,
    poll: hanging?.poll ? pollFromFact(scope, row, hanging.poll, emojis) : null,
    card: hanging?.card ? cardFromFact(scope, hanging.card) : null,
    quote: shallowQuote(hanging?.quote ?? null),
    quote_approval: {
      automatic: policyNames(row.is_local ? row.quote_automatic : (row.quote_automatic ?? EVERYBODY)),
      manual: policyNames(row.quote_manual),
      current_user: hanging?.permission ?? 'denied',
    },
    language: row.language,
    application: hanging?.application ?? null,
    ...(row.imported_from === null ? {} : { imported_from: row.imported_from }),
    ...(scope.viewerId === null ? {} : viewerMarks(scope.viewerId, row, hanging?.marks)),
    ...(scope.viewerId === null ? {} : { filtered: filtersOf(scope, facts, row) }),
  }
}

const NO_MARKS: ReadonlySet<Mark> = new Set()

type ViewerMarks = Pick<Status, Mark>

function viewerMarks(viewerId: string, row: PostRow, marks: ReadonlySet<Mark> = NO_MARKS): ViewerMarks {
  return {
    favourited: marks.has('favourited'),
    reblogged: marks.has('reblogged'),
    muted: marks.has('muted'),
    bookmarked: marks.has('bookmarked'),
    ...(row.author_id === viewerId ? { pinned: marks.has('pinned') } : {}),
  }
}

/** Of the texts that are shown with the post, whatever they are folded away behind; the reader's own are not filtered. */
function filtersOf(scope: EntityScope, facts: StatusFacts, row: PostRow): FilterResult[] {
  if (row.author_id === scope.viewerId) return []
  const hanging = facts.hanging.get(row.id)
  const texts = (): string[] => [
    row.summary,
    ...(hanging?.poll?.options ?? []).map(({ title }) => title),
    ...(hanging?.attachments ?? []).map(({ description }) => description ?? ''),
  ]
  return facts.filters.match({ id: row.id, html: row.content_html, texts }, scope.now)
}

function mentionOf(scope: EntityScope, actor: MentionRow): StatusMention {
  return {
    id: actor.id,
    username: actor.username,
    acct: acctOf(scope, actor),
    url: actor.page_url ?? actor.uri,
  }
}
