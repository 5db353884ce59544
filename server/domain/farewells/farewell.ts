/** Leaving for good, as the owner asks for it, watches it, and calls it off. */
import { sql } from 'kysely'
import type {
  FarewellFacts,
  FarewellPhase,
  FarewellPreview,
  FarewellProgress,
} from '../../contracts/farewell.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Database, Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction, isUniqueViolation, wakeWorker } from '../../db/transaction.ts'
import { moveRows } from '../../stator/move.ts'
import { listIdentities } from '../actors/actor.ts'
import { queueExport } from '../exports/export-jobs.ts'
import { UNPUBLISHED_DOMAIN } from '../owner/own-uris.ts'
import { farewellGraph } from './farewell-graph.ts'

async function findFarewell(db: Querier): Promise<Row<'farewells'> | undefined> {
  return db.selectFrom('farewells').selectAll().where('state', '<>', 'cancelled').executeTakeFirst()
}

/**
 * From its due moment on it cannot be called off. An archive of each identity is made first, for its owner to keep.
 * @param handle  of an identity of this home, as its owner has typed it
 * @throws HomebirdError UNPROCESSABLE for another handle, CONFLICT for a second one
 */
export async function beginFarewell(
  db: Database,
  { handle, dueAt, now }: { readonly handle: string; readonly dueAt: Date; readonly now: Date },
): Promise<void> {
  const identities = await listIdentities(db)
  const [oldest] = identities
  const meant = oldest === undefined ? '' : `${oldest.username}@${oldest.handle_domain}`
  if (meant === '' || handle.trim().replace(/^@/, '').toLowerCase() !== meant.toLowerCase()) {
    throw new HomebirdError('UNPROCESSABLE', `${JSON.stringify(handle.slice(0, 100))} is not @${meant}`, {
      safe: `Type @${meant} to show that you mean it.`,
    })
  }
  try {
    await inTransaction(db, async (tx) => {
      await tx.insertInto('farewells').values({ due_at: dueAt, created_at: now, state_priority: 0 }).execute()
      await wakeWorker(tx, 'farewells')
      for (const { id } of identities)
        await queueExport(tx, { actorId: id, kind: 'archive', isPrivate: true })
    })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new HomebirdError('CONFLICT', 'a farewell is under way', {
      safe: 'You are leaving already.',
      cause: error,
    })
  }
}

/** @throws HomebirdError NOT_FOUND where nobody leaves, CONFLICT where it has begun */
export async function callOffFarewell(db: Database): Promise<void> {
  await inTransaction(db, async (tx) => {
    // Held: it may be beginning at this very moment.
    await sql`select from farewells where state <> 'cancelled' for update`.execute(tx)
    const farewell = await findFarewell(tx)
    if (farewell === undefined) throw new HomebirdError('NOT_FOUND', 'nobody leaves')
    const moved = hasBegun(farewell) ? [] : await moveRows(tx, farewellGraph, [farewell.id], 'cancelled')
    if (moved.length > 0) return
    throw new HomebirdError('CONFLICT', `the farewell is ${farewell.state}`, {
      safe: 'Other servers have been told. It cannot be called off any more.',
    })
  })
}

/** From its begin on: it cannot be called off any more. */
export async function hasSaidFarewell(db: Querier): Promise<boolean> {
  const farewell = await findFarewell(db)
  return farewell !== undefined && hasBegun(farewell)
}

/** The identities go in one transaction, and the state follows it: between the two only the moment tells. */
const hasBegun = ({ state, begun_at: begunAt }: Row<'farewells'>): boolean =>
  state !== 'waiting' || begunAt !== null

/** While one is under way nothing new begins here. @throws HomebirdError CONFLICT */
export async function refuseAfterFarewell(tx: Transaction): Promise<void> {
  if (!(await hasSaidFarewell(tx))) return
  throw new HomebirdError('CONFLICT', 'nothing begins after a farewell', {
    safe: 'This home has said farewell.',
  })
}

export async function readFarewell(db: Querier): Promise<FarewellFacts> {
  const [farewell, preview] = await Promise.all([findFarewell(db), readPreview(db)])
  return { progress: farewell === undefined ? null : await progressOf(db, farewell), preview }
}

async function progressOf(db: Querier, row: Row<'farewells'>): Promise<FarewellProgress> {
  const { waiting, failed } = await countDepartures(db)
  return {
    phase: row.state as FarewellPhase,
    dueAt: row.due_at.toISOString(),
    begunAt: row.begun_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    inboxes: row.inboxes,
    waiting,
    failed: Math.max(row.failed, failed),
  }
}

interface Departures {
  /** Identities that are gone and have not told it yet. */
  readonly untold: number
  /** Inboxes: how many in all, not told yet, given up. */
  readonly made: number
  readonly waiting: number
  readonly failed: number
}

/** How the news that the owner's identities are gone travels. */
export async function countDepartures(db: Querier): Promise<Departures> {
  const { rows } = await sql<Departures>`
    with gone as (
      select id, uri, state from actors
       where domain_id is not null and not is_instance_actor and gone_at is not null
    )
    select (select count(*)::integer from gone where state = 'deleted') as untold,
           count(fan_outs.id)::integer as made,
           (count(*) filter (where fan_outs.state = 'new'))::integer as waiting,
           (count(*) filter (where fan_outs.state = 'failed'))::integer as failed
      from gone
      join outbound_activities on outbound_activities.object_uri = gone.uri and activity_type = 'Delete'
      join fan_outs on fan_outs.activity_id = outbound_activities.id`.execute(db)
  return rows[0] ?? { untold: 0, made: 0, waiting: 0, failed: 0 }
}

/** Ids of the identities that were of this home. */
export async function listDeparted(db: Querier): Promise<string[]> {
  const rows = await db
    .selectFrom('actors')
    .select('id')
    .where('domain_id', 'is not', null)
    .where('is_instance_actor', '=', false)
    .where('gone_at', 'is not', null)
    .execute()
  return rows.map(({ id }) => id)
}

async function readPreview(db: Querier): Promise<FarewellPreview> {
  const identities = await listIdentities(db)
  const sum = (of: (identity: Row<'actors'>) => number): number =>
    identities.reduce((all, identity) => all + of(identity), 0)
  const { rows } = await sql<{ files: number; servers: number }>`
    select (select count(*)::integer from media_files) as files,
           (select count(distinct host)::integer from actors
             where domain_id is null and gone_at is null and suspended_at is null and not is_domain_blocked
               and inbox_uri <> '') as servers`.execute(db)
  const isPublished = identities.some(({ host }) => host !== UNPUBLISHED_DOMAIN)
  return {
    handles: identities.map(({ username, handle_domain: domain }) => `@${username}@${domain}`),
    posts: sum((identity) => identity.posts_count),
    followers: sum((identity) => identity.followers_count),
    following: sum((identity) => identity.following_count),
    files: rows[0]?.files ?? 0,
    servers: isPublished ? (rows[0]?.servers ?? 0) : 0,
  }
}
