/** What others pinned on their profiles, as they say or as their featured collection tells it. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'

/** Nobody's profile shows more. */
export const MAX_REMOTE_PINS = 20

/** @param postIds  posts of the actor, the one that is shown first first */
export async function replacePins(
  tx: Transaction,
  actorId: string,
  postIds: readonly string[],
): Promise<void> {
  await tx.deleteFrom('pins').where('actor_id', '=', actorId).execute()
  if (postIds.length === 0) return
  await sql`
    insert into pins (actor_id, post_id)
    select ${actorId}, post_id
      from unnest(${postIds.slice(0, MAX_REMOTE_PINS)}::bigint[]) with ordinality as given (post_id, place)
     order by place desc
        on conflict do nothing`.execute(tx)
}

export interface RemotePin {
  readonly actorId: string
  readonly postId: string
}

/** The oldest make room. */
export async function addPins(tx: Transaction, pins: readonly RemotePin[]): Promise<void> {
  if (pins.length === 0) return
  await sql`
    insert into pins (actor_id, post_id)
    select "actorId", "postId"
      from rows from (jsonb_to_recordset(${JSON.stringify(pins)}::jsonb) as ("actorId" bigint, "postId" bigint))
           with ordinality as given
     order by ordinality
        on conflict do nothing`.execute(tx)
  await sql`
    delete from pins
     using (select actor_id, post_id, row_number() over (partition by actor_id order by id desc) as place
              from pins where actor_id = any(${pins.map(({ actorId }) => actorId)}::bigint[])) as placed
     where placed.place > ${MAX_REMOTE_PINS}
       and pins.actor_id = placed.actor_id and pins.post_id = placed.post_id`.execute(tx)
}

export async function removePins(tx: Transaction, pins: readonly RemotePin[]): Promise<void> {
  if (pins.length === 0) return
  await sql`
    delete from pins
     using jsonb_to_recordset(${JSON.stringify(pins)}::jsonb) as given ("actorId" bigint, "postId" bigint)
     where pins.actor_id = "actorId" and pins.post_id = "postId"`.execute(tx)
}
