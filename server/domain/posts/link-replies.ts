/**
 * Threads grow from both ends: a reply may be here before the post it replies to. When the parent comes, its waiting
 * replies are linked and their thread becomes its thread.
 */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { joinConversations } from '../conversations/join-conversations.ts'

interface Parent {
  readonly id: string
  readonly uri: string
}

/**
 * Links replies that waited for these posts. They are counted by the caller, who knows which of them are new.
 * @returns ids of the replies that found their parent
 */
export async function linkRepliesTo(tx: Transaction, parents: readonly Parent[]): Promise<string[]> {
  const uris = parents.map(({ uri }) => uri)
  const { rows } = await sql<{ id: string; conversation_id: string; thread_id: string }>`
    with waiting as (
      select reply.id, reply.conversation_id, parent.id as parent_id, parent.author_id, parent.conversation_id as thread_id
        from posts as reply
        join posts as parent on parent.uri = reply.in_reply_to_uri
       where reply.in_reply_to_uri = any(${uris}::text[]) and reply.in_reply_to_uri is not null
         and reply.in_reply_to_id is null and reply.id <> parent.id
         and parent.boost_of_id is null
       order by reply.id
         for no key update of reply
    )
    update posts
       set in_reply_to_id = waiting.parent_id, in_reply_to_author_id = waiting.author_id
      from waiting where posts.id = waiting.id
    returning posts.id, waiting.conversation_id, waiting.thread_id`.execute(tx)
  if (rows.length === 0) return []
  await joinThreads(tx, rows)
  return rows.map(({ id }) => id)
}

/** Everything that hung below a linked reply goes with it into the thread of its parent. */
async function joinThreads(
  tx: Transaction,
  linked: ReadonlyArray<{ readonly conversation_id: string; readonly thread_id: string }>,
): Promise<void> {
  const target = new Map<string, string>()
  for (const { conversation_id: from, thread_id: to } of linked) if (from !== to) target.set(from, to)
  // Several links may arrive at once, child to parent to grandparent: every thread goes to where its target ends.
  const pairs = [...target.keys()].map((from) => [from, endOf(from, target)] as const)
  if (pairs.length === 0) return
  await sql`
    with pair as materialized (
      select * from unnest(${pairs.map(([from]) => from)}::bigint[], ${pairs.map(([, to]) => to)}::bigint[])
        as pair (source, target)
    ), chosen as (
      select distinct on (pair.target) pair.source, pair.target
        from pair join thread_fetches as one on one.conversation_id = pair.source
       where not exists (select from thread_fetches as other where other.conversation_id = pair.target)
       order by pair.target, pair.source
    ), moved as (
      -- What completes a part of the thread completes the whole of it from now on, unless something does already.
      update thread_fetches set conversation_id = chosen.target
        from chosen where thread_fetches.conversation_id = chosen.source
    ), muted as (
      insert into thread_mutes (actor_id, conversation_id)
      select distinct actor_id, pair.target from pair join thread_mutes on conversation_id = pair.source
          on conflict do nothing
    )
    update posts set conversation_id = pair.target
      from pair where posts.conversation_id = pair.source`.execute(tx)
  await joinConversations(tx, pairs)
}

function endOf(start: string, target: ReadonlyMap<string, string>): string {
  const seen = new Set([start])
  let end = start
  for (let next = target.get(end); next !== undefined && !seen.has(next); next = target.get(end)) {
    seen.add(next)
    end = next
  }
  return end
}
