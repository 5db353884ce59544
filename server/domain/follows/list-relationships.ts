/** How an identity stands to others, and who follows whom. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Relationship } from '../../contracts/relationship.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { type PageOf, type PageRequest, pageOrder, pageWith, toPage, withinPage } from '../../db/paging.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { isoMoment } from '../actors/entity-scope.ts'
import { blockedBetween } from '../posts/can-see.ts'

interface RelationshipRow {
  readonly id: string
  readonly mine_state: string | null
  readonly shows_boosts: boolean | null
  readonly notifies: boolean | null
  readonly languages: string[] | null
  readonly theirs_state: string | null
  readonly blocking: boolean
  readonly blocked_by: boolean
  readonly muting: boolean
  readonly hides_notifications: boolean | null
  readonly mute_expires_at: Date | null
  readonly domain_blocking: boolean
  readonly endorsed: boolean
  readonly note: string | null
}

interface RelationshipOptions {
  /** False leaves out who is suspended or gone. */
  readonly withSuspended?: boolean
}

/** In the order of the ids, those of nobody left out; one statement. */
export async function listRelationships(
  db: Querier,
  viewerId: string,
  ids: readonly string[],
  { withSuspended = true }: RelationshipOptions = {},
): Promise<Relationship[]> {
  const wanted = [...new Set(ids)].filter(isRowId)
  if (wanted.length === 0) return []
  const { rows } = await sql<RelationshipRow>`
    select actors.id, mine.state as mine_state, mine.shows_boosts, mine.notifies, mine.languages,
           theirs.state as theirs_state, blocking.id is not null as blocking, blocked.id is not null as blocked_by,
           muting.id is not null as muting, muting.hides_notifications, muting.expires_at as mute_expires_at,
           actor_notes.note, endorsements.id is not null as endorsed,
           actors.is_domain_blocked as domain_blocking
      from unnest(${wanted}::bigint[]) with ordinality as wanted (id, place)
      join actors on actors.id = wanted.id
      left join follows as mine on mine.source_id = ${viewerId} and mine.target_id = actors.id
      left join follows as theirs on theirs.source_id = actors.id and theirs.target_id = ${viewerId}
      left join blocks as blocking on blocking.source_id = ${viewerId} and blocking.target_id = actors.id
        and not blocking.is_mute and blocking.state not in ('undone', 'undone_sent')
      left join blocks as blocked on blocked.source_id = actors.id and blocked.target_id = ${viewerId}
        and not blocked.is_mute and blocked.state not in ('undone', 'undone_sent')
      left join blocks as muting on muting.source_id = ${viewerId} and muting.target_id = actors.id
        and muting.is_mute and muting.state not in ('undone', 'undone_sent')
        and (muting.expires_at is null or muting.expires_at > now())
      left join actor_notes on actor_notes.actor_id = ${viewerId} and actor_notes.about_id = actors.id
      left join endorsements on endorsements.actor_id = ${viewerId} and endorsements.target_id = actors.id
     where ${withSuspended} or (actors.suspended_at is null and actors.gone_at is null)
     order by wanted.place`.execute(db)
  return rows.map(relationshipFromRow)
}

/** @throws HomebirdError NOT_FOUND */
export async function getRelationship(db: Querier, viewerId: string, id: string): Promise<Relationship> {
  const [relationship] = await listRelationships(db, viewerId, [id])
  if (relationship === undefined) throw new HomebirdError('NOT_FOUND', `there is no actor ${id.slice(0, 20)}`)
  return relationship
}

function relationshipFromRow(row: RelationshipRow): Relationship {
  const isFollowing = row.mine_state === 'accepted'
  const isRequested = row.mine_state === 'unrequested' || row.mine_state === 'pending_approval'
  const follows = isFollowing || isRequested
  return {
    id: row.id,
    following: isFollowing,
    showing_reblogs: follows && row.shows_boosts === true,
    notifying: follows && row.notifies === true,
    languages: follows ? row.languages : null,
    followed_by: row.theirs_state === 'accepted' || row.theirs_state === 'accepting',
    blocking: row.blocking,
    blocked_by: row.blocked_by,
    muting: row.muting,
    muting_notifications: row.muting && row.hides_notifications === true,
    muting_expires_at: isoMoment(row.mute_expires_at),
    requested: isRequested,
    requested_by: row.theirs_state === 'pending_approval',
    domain_blocking: row.domain_blocking,
    endorsed: row.endorsed,
    note: row.note ?? '',
  }
}

type FollowSide = 'followers' | 'following' | 'requests' | 'outgoing_requests'

const SIDES: Readonly<Record<FollowSide, { own: string; other: string; states: readonly string[] }>> = {
  followers: { own: 'target_id', other: 'source_id', states: ['accepting', 'accepted'] },
  following: { own: 'source_id', other: 'target_id', states: ['accepted'] },
  requests: { own: 'target_id', other: 'source_id', states: ['pending_approval'] },
  outgoing_requests: { own: 'source_id', other: 'target_id', states: ['unrequested', 'pending_approval'] },
}

/**
 * Ids of who follows the actor, whom it follows, who asked to; the latest first, cursors are those of the follows. Those
 * who block the viewer or are blocked are left out.
 */
export async function listFollowSide(
  db: Querier,
  viewerId: string | null,
  actorId: string,
  side: FollowSide,
  page: PageRequest,
): Promise<PageOf<string>> {
  const { own, other, states } = SIDES[side]
  const cursor = sql.ref('follows.id')
  const otherColumn = sql.ref(`follows.${other}`)
  const { rows } = await sql<{ cursor: string; other: string }>`
    select follows.id as cursor, ${otherColumn} as other from follows
     where ${sql.ref(`follows.${own}`)} = ${actorId} and follows.state = any(${[...states]}::text[])
       and ${notBlocked(viewerId, otherColumn)} and ${withinPage(cursor, page)}
     ${pageOrder(cursor, page)}`.execute(db)
  const found = toPage(rows, page, (row) => row.cursor)
  return pageWith(
    found,
    found.items.map((row) => row.other),
  )
}

function notBlocked(viewerId: string | null, column: RawBuilder<unknown>): RawBuilder<SqlBool> {
  return viewerId === null ? sql<SqlBool>`true` : sql<SqlBool>`not ${blockedBetween(viewerId, column)}`
}

export async function countFollowRequests(db: Querier, actorId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from follows
     where target_id = ${actorId} and state = 'pending_approval'`.execute(db)
  return rows[0]?.count ?? 0
}

export interface BlockedActor {
  readonly id: string
  readonly expiresAt: Date | null
}

/** Whom the viewer blocks or mutes, the latest first; cursors are those of the blocks. */
export async function listBlockedActors(
  db: Querier,
  viewerId: string,
  kind: 'blocks' | 'mutes',
  page: PageRequest,
): Promise<PageOf<BlockedActor>> {
  const cursor = sql.ref('blocks.id')
  const { rows } = await sql<{ cursor: string; id: string; expiresAt: Date | null }>`
    select blocks.id as cursor, blocks.target_id as id, blocks.expires_at as "expiresAt" from blocks
     where blocks.source_id = ${viewerId} and blocks.is_mute = ${kind === 'mutes'}
       and blocks.state not in ('undone', 'undone_sent')
       and (blocks.expires_at is null or blocks.expires_at > now()) and ${withinPage(cursor, page)}
     ${pageOrder(cursor, page)}`.execute(db)
  return toPage(rows, page, (row) => row.cursor)
}

/**
 * For each actor those whom the viewer follows and who follow it; at most ten each, one statement. Whoever hides their
 * follows is not named.
 */
export async function listFamiliarFollowers(
  db: Querier,
  viewerId: string,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  const wanted = [...new Set(ids)].filter(isRowId)
  const familiar = new Map<string, string[]>(wanted.map((id) => [id, []]))
  if (wanted.length === 0) return familiar
  const { rows } = await sql<{ target_id: string; source_id: string }>`
    select theirs.target_id, theirs.source_id from follows as theirs
      join follows as mine on mine.source_id = ${viewerId} and mine.target_id = theirs.source_id
       and mine.state = 'accepted'
      join actors on actors.id = theirs.source_id and not actors.hides_collections
     where theirs.target_id = any(${wanted}::bigint[]) and theirs.state in ('accepting', 'accepted')
     order by theirs.id desc`.execute(db)
  for (const row of rows) {
    const followers = familiar.get(row.target_id)
    if (followers !== undefined && followers.length < 10) followers.push(row.source_id)
  }
  return familiar
}

/** The follow from one to the other, asked for or standing. */
export async function findFollowOf(
  db: Querier,
  sourceId: string,
  targetId: string,
): Promise<Row<'follows'> | undefined> {
  return db
    .selectFrom('follows')
    .selectAll()
    .where('source_id', '=', sourceId)
    .where('target_id', '=', targetId)
    .where('state', 'in', ['unrequested', 'pending_approval', 'accepting', 'accepted'])
    .executeTakeFirst()
}
