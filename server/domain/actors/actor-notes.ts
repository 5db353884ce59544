/** The owner's private notes about others. */
import type { Querier } from '../../db/pool.ts'

/** An empty text removes the note. */
export async function setActorNote(
  db: Querier,
  actorId: string,
  aboutId: string,
  note: string,
): Promise<void> {
  if (note === '') {
    await db
      .deleteFrom('actor_notes')
      .where('actor_id', '=', actorId)
      .where('about_id', '=', aboutId)
      .execute()
    return
  }
  await db
    .insertInto('actor_notes')
    .values({ actor_id: actorId, about_id: aboutId, note })
    .onConflict((conflict) =>
      conflict.columns(['actor_id', 'about_id']).doUpdateSet({ note, updated_at: new Date() }),
    )
    .execute()
}
