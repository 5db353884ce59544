/** Quotes that identities of this home write, and the answers that come to them. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row, Visibility } from '../../db/tables.ts'
import { wakeWorker } from '../../db/transaction.ts'
import { hostOf } from '../../net/origin.ts'
import { moveRows } from '../../stator/move.ts'
import { nextId } from '../owner/identities.ts'
import { originOfHost, quoteRequestUri } from '../owner/own-uris.ts'
import { visiblePosts } from '../posts/can-see.ts'
import { giveAuthorization } from './authorizations.ts'
import { answersQuoteRequests } from './known-software.ts'
import { quoteGraph } from './quote-graph.ts'
import { type QuotePermission, permissionSql } from './quote-policy.ts'
import { amendPosts, tellQuoteChanges } from './tell-quotes.ts'

/** A post that an identity may quote. */
export interface Quotable {
  readonly id: string
  readonly uri: string
  readonly page_url: string | null
  readonly author_id: string
  readonly visibility: Visibility
  readonly is_local: boolean
  readonly boost_of_id: string | null
  readonly author_host: string
  readonly permission: QuotePermission
  /** The quoted author's server wants to be asked. */
  readonly hasPolicy: boolean
}

/**
 * @throws HomebirdError NOT_FOUND for what the author cannot see, UNPROCESSABLE for a boost, for what is not for
 *   everybody, and where the quoted author lets nobody quote, or not this author
 */
export async function getQuotable(
  db: Querier,
  author: Pick<Row<'actors'>, 'id'>,
  postId: string,
): Promise<Quotable> {
  const { rows } = await sql<Quotable & { software: string | null; software_version: string | null }>`
    select posts.id, posts.uri, posts.page_url, posts.author_id, posts.visibility, posts.is_local, posts.boost_of_id,
           writer.host as author_host, ${permissionSql(author.id, 'posts')} as permission,
           posts.quote_automatic is not null as "hasPolicy", peers.software, peers.software_version
      from posts
      join actors as writer on writer.id = posts.author_id
      left join peers on peers.host = writer.host
     where posts.id = ${postId} and ${visiblePosts(author.id)}`.execute(db)
  const [post] = rows
  if (post === undefined) throw new HomebirdError('NOT_FOUND', `there is no post ${postId} to quote`)
  if (post.boost_of_id !== null) throw refused(`post ${postId} is a boost`, 'a boost cannot be quoted')
  if (post.permission === 'denied') {
    throw refused(
      `post ${postId} is not for actor ${author.id} to quote`,
      'you are not allowed to quote this post',
    )
  }
  const { software, software_version: version, ...quotable } = post
  return { ...quotable, hasPolicy: post.hasPolicy || answersQuoteRequests(software, version) }
}

export function refused(why: string, safe: string): HomebirdError {
  return new HomebirdError('UNPROCESSABLE', why, { safe: `Validation failed: ${safe}` })
}

/**
 * A quote of what was written here is agreed to at once, since the permission is known; a quote of what was written
 * elsewhere is asked for where somebody answers, and otherwise simply made.
 */
export async function insertOwnQuote(
  tx: Transaction,
  author: Pick<Row<'actors'>, 'id' | 'host'>,
  post: Pick<Row<'posts'>, 'id' | 'uri'>,
  quoted: Quotable,
): Promise<void> {
  const isAsked = !quoted.is_local && quoted.author_id !== author.id && quoted.hasPolicy
  const id = await nextId(tx)
  await tx
    .insertInto('quotes')
    .values({
      id,
      post_id: post.id,
      quoted_uri: quoted.uri,
      host: hostOf(quoted.uri) ?? quoted.author_host,
      quoted_id: quoted.id,
      quoted_author_id: quoted.author_id,
      approval: isAsked || quoted.is_local ? 'pending' : 'accepted',
      is_legacy: !isAsked && !quoted.is_local,
      request_uri: isAsked ? quoteRequestUri(originOfHost(author.host), id) : null,
      state: isAsked ? 'asking' : 'settled',
      state_priority: 0,
      state_next_attempt_at: isAsked ? sql<Date>`now()` : null,
    })
    .execute()
  if (isAsked) await wakeWorker(tx, quoteGraph.table)
  if (!quoted.is_local) return
  await giveAuthorization(tx, {
    author: { id: quoted.author_id, host: quoted.author_host },
    quotedId: quoted.id,
    quotingUri: post.uri,
    quotingActorId: author.id,
  })
}

export interface QuoteAnswer {
  /** Who answers: only the quoted author may. */
  readonly actorId: string
  /** Id of our QuoteRequest, where the answer names it. */
  readonly requestUri: string | null
  /** Our quoting post and the quoted one, where the answer tells the request itself. */
  readonly quotingUri: string | null
  readonly quotedUri: string | null
}

const answered = (answer: QuoteAnswer) => sql`
  select quotes.id, quotes.approval
    from quotes
    join posts as quoting on quoting.id = quotes.post_id and quoting.is_local and quoting.deleted_at is null
   where quotes.quoted_author_id = ${answer.actorId}
     and (quotes.request_uri = ${answer.requestUri}
          or (quotes.request_uri is not null and quoting.uri = ${answer.quotingUri} and quotes.quoted_uri = ${answer.quotedUri}))
   limit 1 for no key update of quotes`

/**
 * The stamp is read at its origin before it counts.
 * @returns false when nothing of ours was asked for by it
 */
export async function quoteAnswered(
  tx: Transaction,
  answer: QuoteAnswer,
  authorizationUri: string,
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    with answered as (${answered(answer)})
    update quotes set authorization_uri = ${authorizationUri} from answered where quotes.id = answered.id
    returning quotes.id`.execute(tx)
  const ids = rows.map(({ id }) => id)
  await moveRows(tx, quoteGraph, ids, 'outdated', { priority: 0 })
  return ids.length > 0
}

/** Also after an agreement: then it takes that back. @returns false when nothing of ours was asked for by it */
export async function quoteRefused(tx: Transaction, answer: QuoteAnswer): Promise<boolean> {
  const { rows } = await sql<{ post_id: string; approval: string }>`
    with answered as (${answered(answer)})
    update quotes
       set approval = case when answered.approval in ('accepted', 'revoked') then 'revoked' else 'rejected' end,
           authorization_uri = null
      from answered where quotes.id = answered.id
    returning quotes.post_id, quotes.approval`.execute(tx)
  await tellQuoteChanges(
    tx,
    rows.map((row) => row.post_id),
  )
  await amendPosts(
    tx,
    rows.filter((row) => row.approval === 'revoked').map((row) => row.post_id),
  )
  return rows.length > 0
}
