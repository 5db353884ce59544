/** Finding actors, ours and others: one at a time, and set-wise for batches and pages. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

export type Actor = Row<'actors'>

/** What is looked up for every actor that an activity names. */
export type ActorReference = Pick<
  Actor,
  | 'id'
  | 'uri'
  | 'is_local'
  | 'is_instance_actor'
  | 'is_locked'
  | 'host'
  | 'followers_uri'
  | 'following_uri'
  | 'fetched_at'
  | 'gone_at'
  | 'is_domain_blocked'
  | 'moved_to_uri'
>

export const ACTOR_REFERENCE = [
  ...(['id', 'uri', 'is_local', 'is_instance_actor', 'is_locked', 'host', 'followers_uri'] as const),
  ...(['following_uri', 'fetched_at', 'gone_at', 'is_domain_blocked', 'moved_to_uri'] as const),
] as const

export async function findActor(db: Querier, id: string): Promise<Actor | undefined> {
  if (!isRowId(id)) return undefined
  return db.selectFrom('actors').selectAll().where('id', '=', id).executeTakeFirst()
}

/** @throws HomebirdError NOT_FOUND */
export async function getActor(db: Querier, id: string): Promise<Actor> {
  const actor = await findActor(db, id)
  if (actor === undefined) throw new HomebirdError('NOT_FOUND', `there is no actor ${id}`)
  return actor
}

export async function findActorByUri(db: Querier, uri: string): Promise<Actor | undefined> {
  return db.selectFrom('actors').selectAll().where('uri', '=', uri).executeTakeFirst()
}

/**
 * The actor that answers to `user@domain`; an identity of this home goes before all others, and of several rows with
 * one handle (a server that was set up anew) the one that was read last.
 */
export async function findActorByHandle(
  db: Querier,
  username: string,
  domain: string,
): Promise<Actor | undefined> {
  return db
    .selectFrom('actors')
    .selectAll()
    .where(sql`lower(username)`, '=', username.toLowerCase())
    .where('handle_domain', '=', domain.toLowerCase())
    .where('gone_at', 'is', null)
    .orderBy('is_local', 'desc')
    .orderBy(sql`fetched_at desc nulls last`)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Those of the URIs that are known, in one statement. */
export async function findActorReferences(
  db: Querier,
  uris: Iterable<string>,
): Promise<Map<string, ActorReference>> {
  const wanted = [...new Set(uris)]
  if (wanted.length === 0) return new Map()
  const rows = await db
    .selectFrom('actors')
    .select([...ACTOR_REFERENCE])
    .where('uri', '=', sql<string>`any(${wanted}::text[])`)
    .execute()
  return new Map(rows.map((row) => [row.uri, row]))
}

/** An identity of the owner by its id; undefined for anybody else, the instance actor too. */
export async function findIdentity(db: Querier, id: string): Promise<Actor | undefined> {
  const actor = await findActor(db, id)
  return actor?.is_local === true && !actor.is_instance_actor && actor.gone_at === null ? actor : undefined
}

/** The identities of the owner that are not gone; the instance actor is none of them. */
export async function listIdentities(db: Querier): Promise<Actor[]> {
  return db
    .selectFrom('actors')
    .selectAll()
    .where('is_local', '=', true)
    .where('is_instance_actor', '=', false)
    .where('gone_at', 'is', null)
    .orderBy('id')
    .execute()
}

/** The identity whose page this is, by the address that is stored with it; undefined where it is gone. */
export async function findIdentityByPage(
  db: Querier,
  origin: string,
  name: string,
): Promise<Actor | undefined> {
  if (!/^[\w.-]{1,100}$/.test(name)) return undefined
  return db
    .selectFrom('actors')
    .selectAll()
    .where('page_url', '=', `${origin}/@${name}`)
    .where('is_local', '=', true)
    .where('is_instance_actor', '=', false)
    .where('gone_at', 'is', null)
    .executeTakeFirst()
}
