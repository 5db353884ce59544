/** What a shell shows of the home as a whole: how it is reached, what is unread, whether it catches up after an absence. */
import { sql } from 'kysely'
import { type HomeReturn, MOST_COUNTED } from '../../contracts/home-feed.ts'
import type { NotificationType } from '../../contracts/notification.ts'
import type { HomeReach } from '../../contracts/home-state.ts'
import type { Querier } from '../../db/pool.ts'
import { countUnread } from '../notifications/list-notifications.ts'
import { EVERY_NOTIFICATION } from '../notifications/shown-notifications.ts'
import { readPreferences } from './preferences.ts'

/** A signed message of another server that got through this recently proves that the home is reachable. */
const PROOF_LASTS_MS = 86_400_000
/** Some origins stay silent for days; whoever answers has answered by then. */
const CATCHING_UP_MS = 3_600_000
/** A return that is longer ago is no news. */
const NEWS_MS = 6 * 3_600_000

export function reachOf(hasAddress: boolean, provedAt: Date | null, now: Date): HomeReach {
  if (!hasAddress) return 'only_at_home'
  return provedAt !== null && now.getTime() - provedAt.getTime() < PROOF_LASTS_MS ? 'reachable' : 'unproved'
}

/** When something from outside last got through. One statement. */
export async function readLastProof(db: Querier): Promise<Date | null> {
  const { rows } = await sql<{ proved_at: Date | null }>`
    select (select received_at from inbox_messages order by id desc limit 1) as proved_at`.execute(db)
  return rows[0]?.proved_at ?? null
}

/** The owner's identities, the oldest first. */
export async function listIdentityIds(db: Querier): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from actors where is_local and not is_instance_actor and gone_at is null order by id`.execute(
    db,
  )
  return rows.map(({ id }) => id)
}

/** Over all identities, of the kinds that are not hidden; counting ends at `MOST_COUNTED`. */
export async function countAllUnread(db: Querier): Promise<number> {
  const [ids, { hiddenKinds }] = await Promise.all([listIdentityIds(db), readPreferences(db)])
  const filter = { ...EVERY_NOTIFICATION, excludedTypes: hiddenKinds as readonly NotificationType[] }
  const counts = await Promise.all(ids.map(async (id) => countUnread(db, id, filter, MOST_COUNTED)))
  return Math.min(
    MOST_COUNTED,
    counts.reduce((sum, count) => sum + count, 0),
  )
}

export interface AbsenceNews {
  readonly catchingUp: { readonly done: number; readonly count: number } | null
  readonly returned: HomeReturn | null
}

interface AbsenceRow {
  readonly id: string
  readonly left_at: Date
  readonly returned_at: Date
  readonly outboxes: number | null
  readonly outboxes_done: number
  readonly state: string
}

/** Of the last absence, as long as it is news. */
export async function readAbsenceNews(db: Querier, now: Date): Promise<AbsenceNews> {
  const { rows } = await sql<AbsenceRow>`
    select id, left_at, returned_at, outboxes, outboxes_done, state from absences order by id desc limit 1`.execute(
    db,
  )
  const [row] = rows
  const sinceMs = row === undefined ? Number.POSITIVE_INFINITY : now.getTime() - row.returned_at.getTime()
  if (row === undefined || sinceMs > NEWS_MS) return { catchingUp: null, returned: null }
  if (row.state !== 'caught_up' && sinceMs < CATCHING_UP_MS) {
    return { catchingUp: { done: row.outboxes_done, count: row.outboxes ?? 0 }, returned: null }
  }
  const awaySeconds = Math.round((row.returned_at.getTime() - row.left_at.getTime()) / 1_000)
  return { catchingUp: null, returned: { id: row.id, awaySeconds, posts: await countMissedPosts(db, row) } }
}

/** Ids of posts are made from the moment of writing, so that those of the absence lie side by side. */
async function countMissedPosts(db: Querier, { left_at, returned_at }: AbsenceRow): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(distinct post_id)::int as count from timeline_entries
     where post_id >= (select id_at(${left_at})) and post_id < (select id_at(${returned_at}))`.execute(db)
  return rows[0]?.count ?? 0
}
