/** What stood in the home timelines, and what the identities were told. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Source } from './source.ts'
import { type AdoptionStep, type Tally, addTo, countOf } from './step.ts'
import { interactionUri } from './take-interactions.ts'

interface EventRow {
  readonly id: string
  readonly type: string
  readonly actor_uri: string
  readonly post_uri: string | null
  readonly boost_uri: string | null
  readonly from_uri: string | null
  readonly created: Date
  readonly dismissed: boolean
}

/** From the old server's words to those of notifications. */
const KINDS: Readonly<Record<string, string>> = {
  mentioned: 'mention',
  liked: 'favourite',
  boosted: 'reblog',
  followed: 'follow',
  follow_requested: 'follow_request',
}

export const takeEvents: AdoptionStep<EventRow> = {
  name: 'events',
  batch: 500,
  count: async ({ source, plan }) =>
    countOf(source, 'activities_timelineevent where identity_id = any ($1::bigint[])', [
      plan.identities.map(({ id }) => id),
    ]),
  read: async ({ source, plan }, after, limit) =>
    source.read<EventRow>(selectEvents(source), [
      plan.identities.map(({ id }) => id),
      after === '' ? '-1' : after,
      limit,
    ]),
  keyOf: ({ id }) => id,
  async take(tx, _world, rows) {
    const taken: Tally = {}
    const leftOut: Tally = {}
    const shown = rows.filter(({ type }) => type === 'post' || type === 'boost')
    const told = rows.filter(({ type }) => type in KINDS)
    addTo(taken, 'timeline_entries', await insertEntries(tx, shown))
    addTo(taken, 'notifications', await insertNotifications(tx, told))
    addTo(leftOut, 'other_events', rows.length - shown.length - told.length)
    return { taken, leftOut }
  },
}

function selectEvents(source: Source): string {
  return `
    select e.id, e.type, me.actor_uri, p.object_uri as post_uri, other.actor_uri as from_uri,
           case when x.id is not null then ${interactionUri(source, 'x')} end as boost_uri,
           ${source.field('activities_timelineevent', 'e', 'created', 'now()')} as created,
           ${source.field('activities_timelineevent', 'e', 'dismissed', 'false')} as dismissed
      from activities_timelineevent e
      join users_identity me on me.id = e.identity_id
      left join activities_post p on p.id = e.subject_post_id
      left join activities_postinteraction x on x.id = e.subject_post_interaction_id
      left join users_identity a on a.id = x.identity_id
      left join users_identity other on other.id = e.subject_identity_id
     where e.identity_id = any ($1::bigint[]) and e.id > $2 order by e.id limit $3`
}

async function insertEntries(tx: Transaction, rows: readonly EventRow[]): Promise<number> {
  if (rows.length === 0) return 0
  const given = rows.map((row) => ({
    actor: row.actor_uri,
    uri: row.type === 'boost' ? row.boost_uri : row.post_uri,
  }))
  const { rows: stored } = await sql`
    insert into timeline_entries (actor_id, post_id)
    select distinct actors.id, posts.id
      from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as given (actor text, uri text)
      join actors on actors.uri = given.actor and actors.is_local
      join posts on posts.uri = given.uri and posts.deleted_at is null
        on conflict do nothing
    returning 1`.execute(tx)
  return stored.length
}

/** A like that was told of is told of once, whoever told it. */
async function insertNotifications(tx: Transaction, rows: readonly EventRow[]): Promise<number> {
  const last = rows.at(-1)
  if (last === undefined) return 0
  const ids = idsInOrder(rows, await latestId(tx, last.created))
  const given = rows.map((row, place) => ({ ...row, newId: String(ids[place]), kind: KINDS[row.type] }))
  const { rows: stored } = await sql`
    insert into notifications (id, actor_id, kind, from_actor_id, post_id, created_at, dismissed_at)
    select given."newId", actors.id, given.kind, other.id, posts.id, given.created,
           case when given.dismissed then given.created end
      from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
        as given ("newId" bigint, kind text, actor_uri text, from_uri text, post_uri text, created timestamptz,
                  dismissed boolean)
      join actors on actors.uri = given.actor_uri and actors.is_local
      left join posts on posts.uri = given.post_uri and posts.deleted_at is null
      join actors as other on other.uri = coalesce(given.from_uri, (select uri from actors where id = posts.author_id))
     where given.post_uri is null or posts.id is not null
     order by given."newId"
        on conflict do nothing
    returning 1`.execute(tx)
  return stored.length
}

async function latestId(tx: Transaction, until: Date): Promise<bigint> {
  const { rows } = await sql<{ id: string | null }>`
    select max(id) as id from notifications where created_at <= ${until}`.execute(tx)
  return BigInt(rows[0]?.id ?? 0)
}

const STEP = 1_000n

/** By the moment, each once, and multiples of a thousand like all ids of notifications. */
export function idsInOrder(rows: readonly { readonly created: Date }[], after: bigint): bigint[] {
  let latest = after
  return rows.map(({ created }) => {
    const moment = ((BigInt(created.getTime()) << 16n) / STEP) * STEP
    latest = moment > latest ? moment : latest + STEP
    return latest
  })
}
