/** Quotes as a reader is shown them: what the quoted author agreed to, and what the reader may see of it. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Quote, QuoteState, ShallowQuote, Status } from '../../contracts/status.ts'
import type { QuoteApprovalState } from '../../db/tables.ts'
import { blockedBy, mutedBy, ofBlockedDomain, visiblePosts } from '../posts/can-see.ts'
import { permissionSql } from './quote-policy.ts'

/** The quote of one post. */
export interface ShownQuote {
  readonly approval: QuoteApprovalState
  /** Null where it is not known here. */
  readonly quoted_id: string | null
  /** What the reader may see of an agreed quote. */
  readonly sight: 'shown' | 'hidden' | 'blocked_account' | 'muted_account'
}

/**
 * True for quoted posts that a reader may be shown: those that may be seen, and open ones by somebody whom the reader
 * blocks, which apps keep behind a warning. What is hidden by its author stays hidden.
 */
export function isShownQuoted(viewerId: string | null, alias: string): RawBuilder<SqlBool> {
  if (viewerId === null) return visiblePosts(null, alias)
  return sql<SqlBool>`(${visiblePosts(viewerId, alias)} or ${isOpenBlocked(viewerId, alias)})`
}

function isOpenBlocked(viewerId: string, alias: string): RawBuilder<SqlBool> {
  const author = sql.ref(`${alias}.author_id`)
  return sql<SqlBool>`(${visiblePosts(null, alias)} and not ${ofBlockedDomain(author)} and ${blockedBy(viewerId, author)} and not ${blockedBy(author, viewerId)})`
}

/** For the union of what hangs on posts: how often each is quoted, what it quotes, and whether the viewer may quote it. */
export function quotesOf(viewerId: string | null, ids: readonly string[]): RawBuilder<unknown> {
  const permissions =
    viewerId === null
      ? sql``
      : sql`union all
    select 'permission', posts.id, 0, 0, to_json(${permissionSql(viewerId, 'posts')}) from posts
     where posts.id = any(${ids}::bigint[])`
  return sql`union all
    select 'quotes', quotes.quoted_id, 0, 0, to_json(count(*)) from quotes join posts on posts.id = quotes.post_id
     where quotes.quoted_id = any(${ids}::bigint[]) and quotes.approval = 'accepted'
       and posts.visibility in ('public', 'unlisted') and posts.deleted_at is null
     group by quotes.quoted_id
    union all
    select 'quote', quotes.post_id, 0, 0, json_build_object('approval', quotes.approval,
             'quoted_id', quotes.quoted_id::text, 'sight', ${sightOf(viewerId)})
      from quotes
      left join posts as quoted on quoted.id = quotes.quoted_id
     where quotes.post_id = any(${ids}::bigint[])
    ${permissions}`
}

function sightOf(viewerId: string | null): RawBuilder<unknown> {
  const isVisible = visiblePosts(viewerId, 'quoted')
  const author = sql.ref('quoted.author_id')
  const ofViewer =
    viewerId === null
      ? sql``
      : sql`when ${isOpenBlocked(viewerId, 'quoted')} then 'blocked_account'
            when ${isVisible} and ${mutedBy(viewerId, author)} then 'muted_account'`
  return sql`case
    -- Nothing of a blocked domain is served, not even behind a warning (rule 28).
    when quoted.id is null or ${ofBlockedDomain(author)} then 'hidden'
    ${ofViewer}
    when ${isVisible} then 'shown'
    else 'hidden' end`
}

function stateOf(quote: ShownQuote): QuoteState {
  const { approval, sight, quoted_id: quotedId } = quote
  if (approval !== 'accepted') return approval
  // Agreed to, and to be looked for again.
  if (quotedId === null) return 'pending'
  if (sight === 'shown') return 'accepted'
  return sight === 'hidden' ? 'unauthorized' : sight
}

/** A quoted post that is not for this reader is not named either. */
export function shallowQuote(quote: ShownQuote | null): ShallowQuote | null {
  if (quote === null) return null
  const state = stateOf(quote)
  const isNamed = quote.approval === 'accepted' && state !== 'unauthorized' && state !== 'pending'
  return { state, quoted_status_id: isNamed ? quote.quoted_id : null }
}

/** @param quoted  the quoted status as this reader sees it; null where there is none to show */
export function wholeQuote(quote: ShownQuote, quoted: Status | null): Quote {
  const state = stateOf(quote)
  const isShown = quote.approval === 'accepted' && state !== 'unauthorized' && state !== 'pending'
  if (!isShown) return { state, quoted_status: null }
  // It went away between two statements.
  return quoted === null ? { state: 'unauthorized', quoted_status: null } : { state, quoted_status: quoted }
}
