/** Which links of profiles are checked, and what a check changes: the mark beside the field. */
import { sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row, StoredField } from '../../db/tables.ts'
import { wakeWorker } from '../../db/transaction.ts'
import { hostOf } from '../../net/origin.ts'
import { moveRows } from '../../stator/move.ts'
import { soleLinkOf } from './field-link.ts'
import { linkCheckGraph } from './link-check-graph.ts'

type Actor = Row<'actors'>
type LinkCheck = Row<'link_checks'>

/** Of one profile; nobody shows more, and each is a request to somebody's server. */
const MOST_LINKS = 10

/** The links of a profile that can carry a mark. */
export function linksOf(actor: Pick<Actor, 'fields'>): string[] {
  const links = actor.fields.flatMap(({ value }) => soleLinkOf(value) ?? [])
  return [...new Set(links)].slice(0, MOST_LINKS)
}

/**
 * Has the links of a profile read that never were. The owner's own are read again too where they lack their proof: whoever
 * saves the profile has perhaps just changed the page.
 */
export async function requestLinkChecks(
  tx: Transaction,
  actor: Pick<Actor, 'id' | 'fields' | 'is_local' | 'gone_at'>,
): Promise<void> {
  const links = linksOf(actor)
  if (links.length === 0 || actor.gone_at !== null) return
  const hosts = links.map((link) => hostOf(link) ?? '')
  const { rows } = await sql`
    insert into link_checks (actor_id, url, host, state_priority)
    select ${actor.id}, url, host, ${actor.is_local ? 0 : 1}
      from unnest(${links}::text[], ${hosts}::text[]) as given (url, host)
        on conflict (actor_id, url) do nothing
    returning 1`.execute(tx)
  if (rows.length > 0) await wakeWorker(tx, 'link_checks')
  if (!actor.is_local) return
  const unproved = await tx
    .selectFrom('link_checks')
    .select('id')
    .where('actor_id', '=', actor.id)
    .where('url', 'in', links)
    .where('verified_at', 'is', null)
    .where('state', '=', 'checked')
    .orderBy('id')
    .execute()
  await moveRows(
    tx,
    linkCheckGraph,
    unproved.map(({ id }) => id),
    'due',
  )
}

/** Every link of the identities is read again: the home has another address now. */
export async function recheckOwnLinks(tx: Transaction): Promise<void> {
  const own = await tx
    .selectFrom('link_checks')
    .innerJoin('actors', 'actors.id', 'link_checks.actor_id')
    .select('link_checks.id')
    .where('actors.domain_id', 'is not', null)
    .orderBy('link_checks.id')
    .execute()
  await moveRows(
    tx,
    linkCheckGraph,
    own.map(({ id }) => id),
    'due',
  )
}

/** Whether an identity follows the actor, or is the actor: whose links are checked week by week. */
export async function isOfInterest(db: Querier, actor: Pick<Actor, 'id' | 'is_local'>): Promise<boolean> {
  if (actor.is_local) return true
  const { rows } = await sql<{ is_followed: boolean }>`
    select exists (select from follows join actors on actors.id = follows.source_id
                    where follows.target_id = ${actor.id} and follows.state = 'accepted'
                      and actors.is_local) as is_followed`.execute(db)
  return rows[0]?.is_followed === true
}

/** Sets or takes away the mark of every field that consists of this link; a mark keeps the day it was first set. */
export async function recordLinkCheck(
  tx: Transaction,
  check: Pick<LinkCheck, 'id' | 'actor_id' | 'url' | 'verified_at'>,
  isProved: boolean,
  now: Date,
): Promise<void> {
  const actor = await tx
    .selectFrom('actors')
    .select('fields')
    .where('id', '=', check.actor_id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (actor === undefined) return
  const verifiedAt = isProved ? (check.verified_at ?? now) : null
  const mark = verifiedAt?.toISOString() ?? null
  const fields = actor.fields.map((field): StoredField =>
    soleLinkOf(field.value) === check.url ? marked(field, mark) : field,
  )
  await tx
    .updateTable('actors')
    .set({ fields: JSON.stringify(fields) })
    .where('id', '=', check.actor_id)
    .execute()
  await tx
    .updateTable('link_checks')
    .set({ verified_at: verifiedAt, ...(isProved ? { proved_at: now } : {}) })
    .where('id', '=', check.id)
    .execute()
}

const marked = (field: StoredField, verifiedAt: string | null): StoredField => ({ ...field, verifiedAt })
