/** Agreements to be quoted that identities of this home give, serve and take back. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { moveRows } from '../../stator/move.ts'
import { nextId } from '../owner/identities.ts'
import { originOfHost, quoteAuthorizationUri } from '../owner/own-uris.ts'
import { visiblePosts } from '../posts/can-see.ts'
import { quoteAuthorizationGraph } from './quote-authorization-graph.ts'
import { tellQuoteChanges } from './tell-quotes.ts'

export interface Agreement {
  /** The identity that is quoted. */
  readonly author: Pick<Row<'actors'>, 'id' | 'host'>
  readonly quotedId: string
  readonly quotingUri: string
  readonly quotingActorId: string
}

/**
 * Agrees to a quote, once; the quoting post counts as accepted if it is here.
 * @returns the URI of the stamp; null where the owner took it back before, which stands
 */
export async function giveAuthorization(tx: Transaction, agreement: Agreement): Promise<string | null> {
  const { author, quotedId, quotingUri, quotingActorId } = agreement
  const id = await nextId(tx)
  const uri = quoteAuthorizationUri(originOfHost(author.host), id)
  const { rows } = await sql<{ uri: string; state: string }>`
    insert into quote_authorizations (id, uri, author_id, quoted_id, quoting_uri, quoting_actor_id)
    values (${id}, ${uri}, ${author.id}, ${quotedId}, ${quotingUri}, ${quotingActorId})
        on conflict (quoted_id, quoting_uri) do update set quoting_actor_id = excluded.quoting_actor_id
     where quote_authorizations.quoting_actor_id = excluded.quoting_actor_id
    returning uri, state`.execute(tx)
  const given = rows[0]
  if (given?.state !== 'given') return null
  const accepted = await sql<{ post_id: string }>`
    update quotes set approval = 'accepted', authorization_uri = ${given.uri}
      from posts
     where posts.uri = ${quotingUri} and posts.id = quotes.post_id and posts.author_id = ${quotingActorId}
       and quotes.quoted_id = ${quotedId} and quotes.approval <> 'accepted'
    returning quotes.post_id`.execute(tx)
  await tellQuoteChanges(
    tx,
    accepted.rows.map((row) => row.post_id),
  )
  return given.uri
}

/**
 * Takes an agreement back: the quote is shown no more, and Stator tells those who may have it. A second call changes
 * nothing. A quote that was never agreed to, as on servers that do not ask, is refused here for good.
 * @throws HomebirdError NOT_FOUND when the one post does not quote the other
 */
export async function revokeQuote(
  tx: Transaction,
  quoted: { readonly id: string; readonly author: Pick<Row<'actors'>, 'id' | 'host'> },
  quotingId: string,
): Promise<void> {
  const { rows } = await sql<{ post_id: string; uri: string; author_id: string; former: string }>`
    with former as (
      select quotes.id, quotes.approval, posts.uri, posts.author_id
        from quotes join posts on posts.id = quotes.post_id
       where quotes.post_id = ${quotingId} and quotes.quoted_id = ${quoted.id} for no key update of quotes
    )
    update quotes set approval = 'revoked' from former where quotes.id = former.id
    returning quotes.post_id, former.uri, former.author_id, former.approval as former`.execute(tx)
  const [quote] = rows
  if (quote === undefined) {
    throw new HomebirdError('NOT_FOUND', `post ${quotingId} does not quote post ${quoted.id}`)
  }
  const agreement = {
    author: quoted.author,
    quotedId: quoted.id,
    quotingUri: quote.uri,
    quotingActorId: quote.author_id,
  }
  const id = await ensureRow(tx, agreement)
  await moveRows(tx, quoteAuthorizationGraph, [id], 'revoked', { priority: 0 })
  if (quote.former !== 'revoked') await tellQuoteChanges(tx, [quote.post_id])
}

async function ensureRow(tx: Transaction, agreement: Agreement): Promise<string> {
  const id = await nextId(tx)
  const uri = quoteAuthorizationUri(originOfHost(agreement.author.host), id)
  const { rows } = await sql<{ id: string }>`
    insert into quote_authorizations (id, uri, author_id, quoted_id, quoting_uri, quoting_actor_id)
    values (${id}, ${uri}, ${agreement.author.id}, ${agreement.quotedId}, ${agreement.quotingUri},
            ${agreement.quotingActorId})
        on conflict (quoted_id, quoting_uri) do update set quoting_uri = excluded.quoting_uri
    returning id`.execute(tx)
  return rows[0]?.id ?? id
}

export interface ServedAuthorization {
  readonly uri: string
  readonly quoted_id: string
  readonly author_uri: string
  readonly quoting_uri: string
  readonly quoted_uri: string
}

/** As long as it holds, for those who may see the quoted post. @param viewerId  null for a stranger */
export async function findAuthorization(
  db: Querier,
  uri: string,
  viewerId: string | null,
): Promise<ServedAuthorization | undefined> {
  const { rows } = await sql<ServedAuthorization>`
    select given.uri, given.quoted_id, actors.uri as author_uri, given.quoting_uri, posts.uri as quoted_uri
      from quote_authorizations as given
      join actors on actors.id = given.author_id
      join posts on posts.id = given.quoted_id
     where given.uri = ${uri} and given.state = 'given' and ${visiblePosts(viewerId)}`.execute(db)
  return rows[0]
}
