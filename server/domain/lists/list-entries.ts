/** Which posts lists hold, kept for any number of posts and all lists with one statement. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'

export interface ListEntry {
  /** The identity whose list it is. */
  readonly actor_id: string
  readonly list_id: string
  readonly post_id: string
}

/**
 * Adds posts and boosts to the lists on which their authors are. To be called for whatever is stored, old or new, and for
 * replies that have found their parent: a list holds all that is known here by its members.
 * @returns the entries that are new; `findListsShowing` says which of them are shown
 */
export async function addToLists(tx: Transaction, postIds: readonly string[]): Promise<ListEntry[]> {
  if (postIds.length === 0) return []
  const { rows } = await sql<ListEntry>`
    with added as (
      insert into list_entries (list_id, post_id, member_id)
      select lists.id, post.id, post.author_id
        from posts as post
        join list_members as member on member.member_id = post.author_id
        join lists on lists.id = member.list_id
       where post.id = any(${postIds}::bigint[]) and ${IS_HELD}
          on conflict do nothing
      returning list_id, post_id
    )
    select lists.actor_id, added.list_id, added.post_id from added join lists on lists.id = added.list_id
     order by added.post_id`.execute(tx)
  return rows
}

/** Adds what new members of a list wrote before they were on it. */
export async function fillList(tx: Transaction, listId: string, memberIds: readonly string[]): Promise<void> {
  await sql`
    insert into list_entries (list_id, post_id, member_id)
    select lists.id, post.id, post.author_id
      from lists join posts as post on post.author_id = any(${[...memberIds]}::bigint[])
     where lists.id = ${listId} and ${IS_HELD}
        on conflict do nothing`.execute(tx)
}

/** Replies to whom the identity does not know would be most of what some people write, and are shown by no list. */
const IS_HELD: RawBuilder<SqlBool> = sql`(
  post.deleted_at is null and post.visibility <> 'direct'
  and (post.in_reply_to_uri is null or post.in_reply_to_author_id in (post.author_id, lists.actor_id)
       or exists (select 1 from follows
                   where follows.source_id = lists.actor_id and follows.target_id = post.in_reply_to_author_id
                     and follows.state in ('unrequested', 'pending_approval', 'accepting', 'accepted'))))`
