/**
 * What is known of quotes without asking anybody: rows for those of new posts, and the judgement of one after the quoted
 * post was looked for. The rules stand here once, as SQL over the aliases `quoting`, `quote` and `quoted`.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { wakeWorker } from '../../db/transaction.ts'
import type { QuoteApprovalState } from '../../db/tables.ts'
import { hostOf } from '../../net/origin.ts'
import type { RemoteQuote } from './remote-quote.ts'

/** Quotes of quotes of quotes are not followed (rule 32). */
const MOST_DEPTH = 3

/**
 * `unknown`: the quoted post is not here. `stamped`: a stamp has to be read. `legacy`: agreed to by a server that asks
 * for no agreement. Boosts and what is for single persons are nobody's to quote (rule 69).
 */
const VERDICT = sql`case
    when quoted.id is null then 'unknown'
    when quoted.boost_of_id is not null or quoted.visibility = 'direct' then 'unauthorized'
    when quoted.author_id = quoting.author_id then 'accepted'
    when quoted.is_local then
      case when exists (select from quote_authorizations as given
                         where given.quoted_id = quoted.id and given.quoting_uri = quoting.uri and given.state = 'given')
           then 'accepted' else 'pending' end
    when quote.authorization_uri is not null then 'stamped'
    when quoted.quote_automatic is null and quoted.visibility in ('public', 'unlisted') then 'legacy'
    else 'pending' end`

const APPROVAL = (former: RawBuilder<unknown>): RawBuilder<unknown> => sql`case judged.verdict
    when 'legacy' then 'accepted' when 'stamped' then ${former} when 'unknown' then ${former}
    else judged.verdict end`

export interface QuotingPost {
  readonly postId: string
  readonly quote: RemoteQuote
}

/** @param depth  0 for posts that came by themselves or were asked for by a person */
export async function storeQuotes(
  tx: Transaction,
  quoting: readonly QuotingPost[],
  depth: number,
): Promise<void> {
  const given = quoting.flatMap(({ postId, quote }) => {
    const host = hostOf(quote.uri)
    return host === undefined ? [] : [{ postId, host, ...quote }]
  })
  if (given.length === 0) return
  const isFollowed = depth < MOST_DEPTH
  const { rows } = await sql<{ state: string }>`
    with quote as (
      select "postId" as post_id, uri, host, "authorizationUri" as authorization_uri
        from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
          as given ("postId" bigint, uri text, host text, "authorizationUri" text)
    ), judged as (
      select quote.*, quoted.id as quoted_id, quoted.author_id as quoted_author_id, ${VERDICT} as verdict
        from quote
        join posts as quoting on quoting.id = quote.post_id
        left join posts as quoted on quoted.uri = quote.uri and quoted.deleted_at is null and quoted.id <> quoting.id
    )
    insert into quotes (post_id, quoted_uri, host, quoted_id, quoted_author_id, authorization_uri, depth, approval,
                        is_legacy, state, state_next_attempt_at)
    select post_id, uri, host, quoted_id, quoted_author_id, authorization_uri, ${depth}::smallint,
           ${APPROVAL(sql`'pending'`)}, verdict = 'legacy', needed.state,
           case when needed.state = 'outdated' then now() end
      from judged
     cross join lateral (
       select case when verdict = 'stamped' or (verdict = 'unknown' and ${isFollowed}::boolean) then 'outdated'
                   else 'settled' end as state) as needed
        on conflict (post_id) do nothing
    returning state`.execute(tx)
  if (rows.some(({ state }) => state === 'outdated')) await wakeWorker(tx, 'quotes')
}

/** Quotes that waited for one of these posts are looked at again. */
export async function wakeQuotesOf(tx: Transaction, uris: readonly string[]): Promise<void> {
  await sql`
    with woken as (
      update quotes set state = 'outdated', state_changed_at = now(), state_next_attempt_at = now(), state_attempts = 0
       where quoted_uri = any(${uris}::text[]) and quoted_id is null and approval in ('pending', 'accepted', 'unauthorized')
         and state in ('settled', 'outdated') and state_lock_token is null
      returning 1
    )
    select pg_notify('stator', 'quotes') where exists (select from woken)`.execute(tx)
}

export interface Judgement {
  readonly verdict: 'unknown' | 'stamped' | 'legacy' | 'accepted' | 'pending' | 'unauthorized'
  readonly approval: QuoteApprovalState
  readonly hasChanged: boolean
}

/**
 * Links a quote with its post and judges it.
 * @param quotedId  the quoted post, where it was found under another spelling of its address
 * @returns undefined when the quote or its post is gone
 */
export async function judgeQuote(
  tx: Transaction,
  quoteId: string,
  quotedId: string | null,
): Promise<Judgement | undefined> {
  const { rows } = await sql<Judgement>`
    with judged as (
      select quote.id, quote.approval as former, quoted.id as quoted_id, quoted.author_id as quoted_author_id,
             ${VERDICT} as verdict
        from quotes as quote
        join posts as quoting on quoting.id = quote.post_id and quoting.deleted_at is null
        left join posts as quoted
          on quoted.deleted_at is null and quoted.id <> quoting.id
         and (quoted.uri = quote.quoted_uri or quoted.id = coalesce(${quotedId}::bigint, quote.quoted_id))
       where quote.id = ${quoteId}
       order by quoted.uri = quote.quoted_uri desc nulls last
       limit 1
         for no key update of quote
    )
    update quotes
       set quoted_id = judged.quoted_id, quoted_author_id = coalesce(judged.quoted_author_id, quotes.quoted_author_id),
           approval = ${APPROVAL(sql`judged.former`)}, is_legacy = judged.verdict = 'legacy'
      from judged where quotes.id = judged.id
    returning judged.verdict, quotes.approval, quotes.approval <> judged.former as "hasChanged"`.execute(tx)
  return rows[0]
}
