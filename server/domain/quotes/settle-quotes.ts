/** What the quoted author's server says of a quote: a stamp that is good or not, a post that is gone. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { QuoteApprovalState } from '../../db/tables.ts'
import { amendPosts, tellQuoteChanges } from './tell-quotes.ts'

/** What a stamp must say, and where it must stand (rule 69). */
export interface StampFacts {
  readonly post_id: string
  readonly authorization_uri: string
  readonly quoting_uri: string
  readonly quoted_uri: string
  readonly quoted_author_uri: string
}

/** Undefined where there is nothing to compare any more. */
export async function findStampFacts(tx: Transaction, quoteId: string): Promise<StampFacts | undefined> {
  const { rows } = await sql<StampFacts>`
    select quotes.post_id, quotes.authorization_uri, quoting.uri as quoting_uri, quoted.uri as quoted_uri,
           author.uri as quoted_author_uri
      from quotes
      join posts as quoting on quoting.id = quotes.post_id and quoting.deleted_at is null
      join posts as quoted on quoted.id = quotes.quoted_id and quoted.deleted_at is null
      join actors as author on author.id = quoted.author_id
     where quotes.id = ${quoteId} and quotes.authorization_uri is not null`.execute(tx)
  return rows[0]
}

/**
 * A stamp counts only as long as the post shows it: one that was replaced while it was read says nothing.
 * @param isGood  false for one that is not there, or is for something else
 */
export async function settleStamp(
  tx: Transaction,
  quoteId: string,
  authorizationUri: string,
  isGood: boolean,
): Promise<void> {
  const refused = sql`case when former.approval in ('accepted', 'revoked') then 'revoked' else 'unauthorized' end`
  await change(
    tx,
    sql`quotes.id = ${quoteId} and quotes.authorization_uri = ${authorizationUri}`,
    isGood ? sql`'accepted'` : refused,
  )
}

/** The quoted post cannot be had: it is gone, or not for us. */
export async function settleMissing(tx: Transaction, quoteId: string, isGone: boolean): Promise<void> {
  const approval: QuoteApprovalState = isGone ? 'deleted' : 'unauthorized'
  await change(tx, sql`quotes.id = ${quoteId} and quotes.quoted_id is null`, sql`${approval}::text`)
}

/**
 * Stamps that their givers took back. Each binds its giver alone: whoever names another's stamp changes nothing.
 * @returns the URIs of stamps that some post here shows
 */
export async function revokeStamps(
  tx: Transaction,
  stamps: ReadonlyArray<{ readonly uri: string; readonly actorId: string }>,
): Promise<ReadonlySet<string>> {
  if (stamps.length === 0) return new Set()
  const changed = await change(
    tx,
    sql`exists (select from jsonb_to_recordset(${JSON.stringify(stamps)}::jsonb) as stamp (uri text, "actorId" bigint)
                 where stamp.uri = quotes.authorization_uri and stamp."actorId" = quotes.quoted_author_id)
        and quotes.authorization_uri = any(${stamps.map(({ uri }) => uri)}::text[])`,
    sql`'revoked'`,
  )
  return new Set(changed)
}

/** Posts that are about to go: whatever quotes them quotes nothing any more. */
export async function endQuotesOf(tx: Transaction, quotedIds: readonly string[]): Promise<void> {
  await change(
    tx,
    sql`quotes.quoted_id = any(${quotedIds}::bigint[]) and quotes.approval in ('accepted', 'pending')`,
    sql`'deleted'`,
  )
}

/** @returns the stamps of the quotes that the condition names, changed or not */
async function change(
  tx: Transaction,
  condition: ReturnType<typeof sql>,
  approval: ReturnType<typeof sql>,
): Promise<string[]> {
  const { rows } = await sql<{ post_id: string; uri: string | null; former: string; approval: string }>`
    with former as (
      select quotes.id, quotes.approval from quotes where ${condition} order by quotes.id for no key update
    )
    update quotes set approval = ${approval} from former where quotes.id = former.id
    returning quotes.post_id, quotes.authorization_uri as uri, former.approval as former, quotes.approval`.execute(
    tx,
  )
  const changed = rows.filter((row) => row.former !== row.approval)
  await tellQuoteChanges(
    tx,
    changed.map((row) => row.post_id),
  )
  // A stamp that has come, or one that is void: peers know by themselves that a post is gone.
  const shown = changed.filter((row) => row.approval === 'accepted' || row.approval === 'revoked')
  await amendPosts(
    tx,
    shown.map((row) => row.post_id),
  )
  return rows.flatMap(({ uri }) => uri ?? [])
}
