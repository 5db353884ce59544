/** Where one own post went: to which servers, what each answered, and what of it is tried again or given up at the owner's word. */
import { type RawBuilder, sql } from 'kysely'
import type { InspectorDeliveryState } from '../../contracts/inspector.ts'
import type { PostDeliveries, PostDelivery } from '../../contracts/post-deliveries.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { moveRows } from '../../stator/move.ts'
import { tryHostsNow } from '../fan-outs/breaker.ts'
import { nextTryOf } from '../fan-outs/parked-deliveries.ts'
import { fanOutGraph } from '../fan-outs/fan-out-graph.ts'

const MOST_LISTED = 500
/** Stored with what the owner has given up; to the owner the state says it all. */
const GIVEN_UP = 'given up by the owner'

export type SentPost = Pick<Row<'posts'>, 'author_id' | 'uri'>

type StoredDelivery = Omit<PostDelivery, 'nextAttemptAt'> & { readonly nextAttemptAt: Date | null }

/**
 * Undefined for what is no post of this home, a boost, or deleted.
 * @param isHeld  nobody deletes it before the transaction ends
 */
export async function findSentPost(db: Querier, id: string, isHeld: boolean): Promise<SentPost | undefined> {
  return db
    .selectFrom('posts')
    .select(['author_id', 'uri'])
    .where('id', '=', id)
    .where('is_local', '=', true)
    .where('boost_of_id', 'is', null)
    .where('deleted_at', 'is', null)
    .$if(isHeld, (query) => query.forShare())
    .executeTakeFirst()
}

export async function listPostDeliveries(db: Querier, post: SentPost): Promise<PostDeliveries> {
  const { rows: counted } = await sql<{ state: InspectorDeliveryState; count: number }>`
    select ${STATE} as state, count(*)::integer as count from (${worstOfEach(post)}) as worst group by 1`.execute(
    db,
  )
  const { rows } = await sql<StoredDelivery>`
    select host, ${STATE} as state, state_attempts as attempts, nullif(state_error, ${GIVEN_UP}) as answer,
           ${nextTryOf('worst')} as "nextAttemptAt",
           activity_type = 'Update' as "isChange"
      from (${worstOfEach(post)}) as worst
     order by ${WORST_FIRST}, host limit ${MOST_LISTED}`.execute(db)
  const counts = { waiting: 0, sent: 0, skipped: 0, failed: 0 }
  for (const { state, count } of counted) counts[state] = count
  return { counts, list: rows.map(deliveryOf) }
}

function deliveryOf({ nextAttemptAt, ...delivery }: StoredDelivery): PostDelivery {
  return { ...delivery, nextAttemptAt: nextAttemptAt?.toISOString() ?? null }
}

/** What waits is due at once, and what was given up is tried as if for the first time. @param host  null for all */
export async function retryPostDeliveries(
  tx: Transaction,
  post: SentPost,
  host: string | null,
): Promise<void> {
  const { rows } = await sql<{ id: string; host: string; state: string }>`
    select id, host, state from (${lastToEach(post)}) as last
     where state in ('new', 'failed') and ${isOf(host)} order by id`.execute(tx)
  const failed = rows.filter(({ state }) => state === 'failed').map(({ id }) => id)
  // Servers before their deliveries, as whoever counts failures takes them.
  await tryHostsNow(tx, [...new Set(rows.map((row) => row.host))])
  await moveRows(tx, fanOutGraph, failed, 'new', { priority: 0 })
}

/** Nothing of the post that waits is sent any more. @param host  null for all */
export async function giveUpPostDeliveries(
  tx: Transaction,
  post: SentPost,
  host: string | null,
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from (${deliveriesOf(post)}) as sent where state = 'new' and ${isOf(host)} order by id`.execute(
    tx,
  )
  const ids = rows.map(({ id }) => id)
  await moveRows(tx, fanOutGraph, ids, 'failed', { note: GIVEN_UP })
}

const STATE = sql`case state when 'new' then 'waiting' else state end`

const WORST_FIRST = sql`array_position(array['failed', 'new', 'skipped', 'sent'], state)`

const isOf = (host: string | null): RawBuilder<boolean> => (host === null ? sql`true` : sql`host = ${host}`)

/** Of the post and its later versions; a boost of it by its author is a post of its own. */
function deliveriesOf({ author_id: authorId, uri }: SentPost): RawBuilder<unknown> {
  return sql`
    select fan_outs.id, fan_outs.activity_id, fan_outs.inbox_uri, fan_outs.host, fan_outs.state, fan_outs.state_attempts,
           fan_outs.state_error, fan_outs.state_next_attempt_at, activity.activity_type
      from outbound_activities as activity join fan_outs on fan_outs.activity_id = activity.id
     where activity.actor_id = ${authorId} and activity.object_uri = ${uri} and activity.forwarded_from is null
       and activity.activity_type in ('Create', 'Update')`
}

const lastToEach = (post: SentPost): RawBuilder<unknown> => sql`
  select distinct on (inbox_uri) * from (${deliveriesOf(post)}) as sent order by inbox_uri, activity_id desc`

/** A server without a shared inbox has one for each follower: of these the one where it went worst. */
const worstOfEach = (post: SentPost): RawBuilder<unknown> => sql`
  select distinct on (host) * from (${lastToEach(post)}) as last
   order by host, ${WORST_FIRST}, state_next_attempt_at nulls last, inbox_uri`
