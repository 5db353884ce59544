/** Whom an identity shows on its profile, of those it follows. Nobody is told. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import { type PageOf, type PageRequest, pageOrder, pageWith, toPage, withinPage } from '../../db/paging.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { blockedBetween, ofBlockedDomain } from '../posts/can-see.ts'

type Named = Pick<Row<'actors'>, 'id'>

/**
 * A second time changes nothing.
 * @throws HomebirdError UNPROCESSABLE for somebody who is not followed
 */
export async function endorseActor(tx: Transaction, source: Named, target: Named, now: Date): Promise<void> {
  const { rows } = await sql<{ is_following: boolean }>`
    with followed as (
      select 1 from follows where source_id = ${source.id} and target_id = ${target.id} and state = 'accepted'
    ), added as (
      insert into endorsements (actor_id, target_id, created_at)
      select ${source.id}, ${target.id}, ${now} where exists (select 1 from followed)
          on conflict do nothing
    )
    select exists (select 1 from followed) as is_following`.execute(tx)
  if (rows[0]?.is_following === true) return
  const flaw = 'You must be already following the person you want to endorse'
  throw new HomebirdError('UNPROCESSABLE', `${source.id} does not follow ${target.id}`, {
    safe: `Validation failed: ${flaw}`,
  })
}

export async function unendorseActor(tx: Transaction, source: Named, target: Named): Promise<void> {
  await tx
    .deleteFrom('endorsements')
    .where('actor_id', '=', source.id)
    .where('target_id', '=', target.id)
    .execute()
}

/** Ids of whom the actor shows, the last chosen first; those who block the viewer or are blocked are left out. */
export async function listEndorsed(
  db: Querier,
  viewerId: string | null,
  actorId: string,
  page: PageRequest,
): Promise<PageOf<string>> {
  const cursor = sql.ref('endorsements.id')
  const target = sql.ref('endorsements.target_id')
  const isHidden = viewerId === null ? ofBlockedDomain(target) : blockedBetween(viewerId, target)
  const { rows } = await sql<{ cursor: string; target_id: string }>`
    select endorsements.id as cursor, endorsements.target_id from endorsements
     where endorsements.actor_id = ${actorId} and not ${isHidden} and ${withinPage(cursor, page)}
     ${pageOrder(cursor, page)}`.execute(db)
  const found = toPage(rows, page, (row) => row.cursor)
  return pageWith(
    found,
    found.items.map((row) => row.target_id),
  )
}
