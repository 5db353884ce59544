/** Activities in both directions with what became of them, for the owner's eyes; rows of the last days, newest first. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type {
  InspectorDelivery,
  InspectorDetail,
  InspectorDirection,
  InspectorEntry,
  InspectorOutcome,
  InspectorPage,
} from '../../contracts/inspector.ts'
import type { Querier } from '../../db/pool.ts'
import { nextTryOf } from '../fan-outs/parked-deliveries.ts'

export interface InspectorQuery {
  readonly direction: InspectorDirection | null
  /** Canonical host of the sender, or of an inbox. */
  readonly host: string | null
  readonly type: string | null
  readonly outcome: InspectorOutcome | null
  /** Part of an address, of a reason or of the body, in any case. */
  readonly text: string | null
  /** Entries older than this id. */
  readonly before: string | null
  readonly limit: number
}

const MOST_DELIVERIES = 500

type StoredDelivery = Omit<InspectorDelivery, 'nextAttemptAt'> & { readonly nextAttemptAt: Date | null }
type StoredEntry = Omit<InspectorEntry, 'at'> & { readonly at: Date }

/** Two statements in one, each along its own key; a filter that finds little reads all that is kept. */
export async function listInspectorEntries(db: Querier, query: InspectorQuery): Promise<InspectorPage> {
  const { direction, limit } = query
  const parts: RawBuilder<unknown>[] = []
  if (direction !== 'outbound') parts.push(page(inboundEntries(), query, sql`received.host = ${query.host}`))
  if (direction !== 'inbound') {
    const isSentThere = sql<SqlBool>`exists (
      select from fan_outs where fan_outs.activity_id = received.id and fan_outs.host = ${query.host})`
    parts.push(page(outboundEntries(), query, isSentThere))
  }
  const { rows } = await sql<StoredEntry>`
    select * from (${sql.join(parts, sql` union all `)}) as entries
     order by id desc limit ${limit}`.execute(db)
  return {
    entries: rows.map((row) => ({ ...row, at: row.at.toISOString() })),
    before: rows.length === limit ? (rows.at(-1)?.id ?? null) : null,
  }
}

/** Undefined where there is no such entry. */
export async function findInspectorEntry(db: Querier, id: string): Promise<InspectorDetail | undefined> {
  const isIt = sql<SqlBool>`id = ${id}`
  const { rows } = await sql<StoredEntry & { readonly body: string | null }>`
    select received.*, inbox_messages.body from (${inboundEntries(isIt)}) as received
      join inbox_messages on inbox_messages.id = received.id
     union all
    select received.*, outbound_activities.body from (${outboundEntries(isIt)}) as received
      join outbound_activities on outbound_activities.id = received.id`.execute(db)
  const [row] = rows
  if (row === undefined) return undefined
  const deliveryList = row.direction === 'inbound' ? [] : await listDeliveries(db, id)
  return { ...row, at: row.at.toISOString(), deliveryList }
}

async function listDeliveries(db: Querier, activityId: string): Promise<InspectorDelivery[]> {
  const { rows } = await sql<StoredDelivery>`
    select inbox_uri as "inboxUri", host, case state when 'new' then 'waiting' else state end as state,
           state_attempts as attempts, state_error as answer,
           ${nextTryOf('fan_outs')} as "nextAttemptAt"
      from fan_outs where activity_id = ${activityId}
     order by state <> 'failed', state <> 'new', id limit ${MOST_DELIVERIES}`.execute(db)
  return rows.map(deliveryOf)
}

function deliveryOf({ nextAttemptAt, ...delivery }: StoredDelivery): InspectorDelivery {
  return { ...delivery, nextAttemptAt: nextAttemptAt?.toISOString() ?? null }
}

function page(
  entries: RawBuilder<unknown>,
  { type, outcome, text, before, host, limit }: InspectorQuery,
  isOfHost: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const conditions = [
    before === null ? null : sql`received.id < ${before}::bigint`,
    type === null ? null : sql`received.type = ${type}`,
    outcome === null ? null : sql`received.outcome = ${outcome}`,
    host === null ? null : isOfHost,
    text === null ? null : holdsText(text),
  ].filter((condition) => condition !== null)
  const where = conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `)
  return sql`(select * from (${entries}) as received where ${where} order by received.id desc limit ${limit})`
}

/** Cheap columns first; the body is read last and only where nothing else holds the text. */
function holdsText(text: string): RawBuilder<SqlBool> {
  const pattern = `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
  return sql<SqlBool>`(
    concat_ws(' ', received."activityUri", received."actorUri", received."objectUri", received.reason) ilike ${pattern}
    or case received.direction
         when 'inbound' then (select body from inbox_messages where inbox_messages.id = received.id)
         else (select body from outbound_activities where outbound_activities.id = received.id)
       end ilike ${pattern})`
}

function inboundEntries(where: RawBuilder<SqlBool> = sql<SqlBool>`true`): RawBuilder<unknown> {
  return sql`
    select id, 'inbound' as direction, received_at as at, activity_type as type,
           case when activity_id not like 'sha256:%' then activity_id end as "activityUri", signer_uri as "actorUri",
           host, object_uri as "objectUri",
           case when state = 'processed' then 'done' when state = 'dropped' then 'dropped'
                when state_next_attempt_at is null then 'failed' else 'waiting' end as outcome,
           coalesce(dropped_because, state_error) as reason,
           coalesce(tries, case when state = 'received' then state_attempts else 1 end) as attempts,
           body is not null as "hasBody",
           case when key_uri is not null then jsonb_build_object('keyUri', key_uri, 'scheme', scheme) end as signature,
           proof, null::jsonb as deliveries, false as "isForwarded"
      from inbox_messages where ${where}`
}

function outboundEntries(where: RawBuilder<SqlBool> = sql<SqlBool>`true`): RawBuilder<unknown> {
  return sql`
    select outbound_activities.id, 'outbound' as direction, outbound_activities.created_at as at,
           activity_type as type, activity_uri as "activityUri", actors.uri as "actorUri", null as host,
           object_uri as "objectUri",
           case when counted.failed > 0 then 'failed' when counted.waiting > 0 then 'waiting' else 'done' end as outcome,
           null as reason, 1 as attempts, true as "hasBody", null::jsonb as signature, null as proof,
           to_jsonb(counted) as deliveries, forwarded_from is not null as "isForwarded"
      from (select * from outbound_activities where ${where}) as outbound_activities
      join actors on actors.id = outbound_activities.actor_id
     cross join lateral (
       select count(*) filter (where state = 'new')::integer as waiting,
              count(*) filter (where state = 'sent')::integer as sent,
              count(*) filter (where state = 'skipped')::integer as skipped,
              count(*) filter (where state = 'failed')::integer as failed
         from fan_outs where fan_outs.activity_id = outbound_activities.id) as counted`
}
