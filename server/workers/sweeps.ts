/** What expires outside of the graphs. Each is one statement that deletes or empties a bounded number of rows. */
import { type RawBuilder, sql } from 'kysely'
import type { Tables } from '../db/tables.ts'
import { tryFarHosts } from '../domain/fan-outs/breaker.ts'
import { freeForgotten } from '../domain/fan-outs/parked-deliveries.ts'
import { IDEMPOTENCY_SECONDS } from '../domain/posts/idempotency.ts'
import { indexBacklog, mergeIndex } from '../domain/search/index-posts.ts'
import type { Sweep } from '../stator/sweeper.ts'

const HOUR_SECONDS = 3_600

/** Rows of a table that are of no more use. */
function deletion(name: keyof Tables, everySeconds: number, isOver: RawBuilder<boolean>): Sweep {
  return {
    name,
    everySeconds,
    async run(db, batchSize) {
      const table = sql.table(name)
      const { numAffectedRows = 0n } = await sql`
        delete from ${table} where ctid in (select ctid from ${table} where ${isOver} limit ${batchSize})`.execute(
        db,
      )
      return Number(numAffectedRows)
    },
  }
}

export interface InspectorLimits {
  readonly inspectorDays: number
  readonly inspectorMegabytes: number
}

/**
 * The bodies of settled activities go when they are too old, and the oldest when all are too large; the rows stay, so that
 * a repetition is known. The newest are walked along the index as far as there is room.
 */
export function inboxBodies({ inspectorDays, inspectorMegabytes }: InspectorLimits): Sweep {
  return {
    name: 'bodies of inbox_messages',
    everySeconds: 300,
    async run(db, batchSize) {
      const { numAffectedRows = 0n } = await sql`
        with surplus as (
          select id from (
            select id, sum(pg_column_size(body)) over (order by id desc rows unbounded preceding) as bytes
              from inbox_messages where body is not null
          ) as newest
           where bytes > ${inspectorMegabytes}::bigint * 1048576
           limit 1
        )
        update inbox_messages set body = null
         where id in (select id from inbox_messages
                       where body is not null and state in ('processed', 'dropped')
                         and (received_at < now() - make_interval(days => ${inspectorDays})
                              or id <= (select id from surplus))
                       order by id limit ${batchSize} for update skip locked)`.execute(db)
      return Number(numAffectedRows)
    },
  }
}

/** Not a deletion, but of its manner: what waits is done piece by piece and is less each time. */
const searchBacklog: Sweep = {
  name: 'search_backlog',
  run: async (db, batchSize) => db.transaction().execute(async (tx) => indexBacklog(tx, batchSize)),
}

const searchIndex: Sweep = {
  name: 'search index',
  async run(db) {
    await mergeIndex(db)
    return 0
  },
}

/** Not a deletion either. A clock is seldom set right. */
const farHosts: Sweep = {
  name: 'hosts of a far clock',
  everySeconds: 600,
  run: async (db, batchSize) =>
    db.transaction().execute(async (tx) => (await tryFarHosts(tx, batchSize)).length),
}

const forgottenDeliveries: Sweep = {
  name: 'deliveries whose server is back',
  everySeconds: 600,
  run: freeForgotten,
}

/** Those that no setting changes. */
export const allSweeps: readonly Sweep[] = [
  searchBacklog,
  searchIndex,
  farHosts,
  forgottenDeliveries,
  // Those of own posts have no end: their address answers 410 for ever.
  deletion('tombstones', 300, sql`expires_at < now()`),
  deletion('idempotency_keys', 300, sql`created_at < now() - make_interval(secs => ${IDEMPOTENCY_SECONDS})`),
  // A used code is kept a day longer than it is valid: when it comes again, its token is revoked.
  deletion('oauth_codes', HOUR_SECONDS, sql`expires_at < now() - interval '1 day'`),
  deletion('owner_sessions', HOUR_SECONDS, sql`expires_at < now()`),
  // What is not asked for any more has another address by now. A great many of them are no memory worth keeping.
  deletion(
    'failed_media',
    HOUR_SECONDS,
    sql`retry_at < now() - interval '1 day'
        or failed_at < (select failed_at from failed_media order by failed_at desc offset 20000 limit 1)`,
  ),
  // A picture that no reaction shows any more may be met again.
  deletion(
    'emojis',
    HOUR_SECONDS,
    sql`host is not null and state = 'updated' and state_changed_at < now() - interval '90 days'
        and not exists (select from interactions where interactions.emoji_id = emojis.id)`,
  ),
  // Handlers that run again recognise by it what was queued before, so it outlives its deliveries for long.
  deletion(
    'outbound_activities',
    HOUR_SECONDS,
    sql`created_at < now() - interval '30 days'
        and not exists (select from fan_outs where fan_outs.activity_id = outbound_activities.id)`,
  ),
]
