/** Threads of which an identity wants no more news. */
import type { Querier } from '../../db/pool.ts'

/** Mutes or unmutes the thread of a post for its notifications. */
export async function setThreadMute(
  db: Querier,
  actorId: string,
  conversationId: string,
  isMuted: boolean,
): Promise<void> {
  if (isMuted) {
    await db
      .insertInto('thread_mutes')
      .values({ actor_id: actorId, conversation_id: conversationId })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    return
  }
  await db
    .deleteFrom('thread_mutes')
    .where('actor_id', '=', actorId)
    .where('conversation_id', '=', conversationId)
    .execute()
}
