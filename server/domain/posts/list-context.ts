/** The thread around a post: what it answers, up to the first post, and everything that answers it, in reading order. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import { findVisiblePosts } from './find-post.ts'
import type { PostRow } from './status-facts.ts'

interface ContextLimits {
  readonly ancestors: number
  readonly descendants: number
  /** Levels of answers to answers. */
  readonly depth: number
}

/** A stranger costs less than the owner. */
export const STRANGERS_CONTEXT: ContextLimits = { ancestors: 40, descendants: 60, depth: 20 }
export const OWNERS_CONTEXT: ContextLimits = { ancestors: 400, descendants: 1_000, depth: 200 }

export interface PostContext {
  /** The first post of the thread first. */
  readonly ancestors: readonly PostRow[]
  /** Each answer is followed by its own answers; those of the author come before others'. */
  readonly descendants: readonly PostRow[]
}

interface TreeRow {
  readonly id: string
  readonly in_reply_to_id: string
  readonly author_id: string
}

/** Three statements. Posts the viewer may not see are left out; what answers them stays. */
export async function listContext(
  db: Querier,
  viewerId: string | null,
  post: PostRow,
  limits: ContextLimits,
): Promise<PostContext> {
  const above = await listAncestorIds(db, post, limits)
  const below = inReadingOrder(post, await listDescendantIds(db, post, limits))
  const visible = await findVisiblePosts(db, viewerId, [...above, ...below])
  const byId = new Map(visible.map((row) => [row.id, row]))
  const rowsOf = (ids: readonly string[]): PostRow[] => ids.flatMap((id) => byId.get(id) ?? [])
  return { ancestors: rowsOf(above), descendants: rowsOf(below) }
}

async function listAncestorIds(db: Querier, post: PostRow, limits: ContextLimits): Promise<string[]> {
  if (post.in_reply_to_id === null) return []
  const { rows } = await sql<{ id: string }>`
    with recursive above as (
      select id, in_reply_to_id, 1 as height from posts where id = ${post.in_reply_to_id}
      union all
      select posts.id, posts.in_reply_to_id, above.height + 1
        from above join posts on posts.id = above.in_reply_to_id
       where above.height < ${limits.ancestors})
    select id from above order by height desc`.execute(db)
  return [...new Set(rows.map((row) => row.id))].filter((id) => id !== post.id)
}

/** The outer limit ends the recursion: a thread of a million answers costs no more than a long one. */
async function listDescendantIds(db: Querier, post: PostRow, limits: ContextLimits): Promise<TreeRow[]> {
  const { rows } = await sql<TreeRow>`
    with recursive below as (
      select id, in_reply_to_id, author_id, 1 as depth from posts where in_reply_to_id = ${post.id}
      union all
      select posts.id, posts.in_reply_to_id, posts.author_id, below.depth + 1
        from below join posts on posts.in_reply_to_id = below.id
       where below.depth < ${limits.depth})
    select id, in_reply_to_id, author_id from below limit ${limits.descendants}`.execute(db)
  return rows
}

function inReadingOrder(root: PostRow, rows: readonly TreeRow[]): string[] {
  const answers = new Map<string, TreeRow[]>()
  for (const row of rows) {
    const siblings = answers.get(row.in_reply_to_id)
    if (siblings === undefined) answers.set(row.in_reply_to_id, [row])
    else siblings.push(row)
  }
  const ordered: string[] = []
  const seen = new Set([root.id])
  const waiting = sorted(answers.get(root.id) ?? [], root.author_id)
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (seen.has(next.id)) continue
    seen.add(next.id)
    ordered.push(next.id)
    waiting.unshift(...sorted(answers.get(next.id) ?? [], root.author_id))
  }
  return ordered
}

function sorted(rows: readonly TreeRow[], authorId: string): TreeRow[] {
  return rows.toSorted((a, b) => {
    const [aOther, bOther] = [a.author_id !== authorId, b.author_id !== authorId]
    if (aOther !== bOther) return aOther ? 1 : -1
    return BigInt(a.id) < BigInt(b.id) ? -1 : 1
  })
}
