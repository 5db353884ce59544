/** The thread around a post: what it answers, up to the first post, and everything that answers it, in reading order. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import { statement } from '../../db/statement.ts'
import { visiblePosts } from './can-see.ts'
import { findVisiblePosts } from './find-post.ts'
import type { PostRow } from './status-facts.ts'

interface ContextLimits {
  /** Posts that the viewer may see. */
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
  readonly is_visible: boolean
}

/** So many times the posts that are shown are looked at, where others among them are not for the viewer. */
const LOOKED_AT = 5

/** Three statements. Posts the viewer may not see are left out and take nobody's place; what answers them stays. */
export async function listContext(
  db: Querier,
  viewerId: string | null,
  post: PostRow,
  limits: ContextLimits,
): Promise<PostContext> {
  const above = await listAncestorIds(db, viewerId, post, limits)
  const below = inReadingOrder(post, await listDescendants(db, viewerId, post, limits), limits.descendants)
  const visible = await findVisiblePosts(db, viewerId, [...above, ...below])
  const byId = new Map(visible.map((row) => [row.id, row]))
  const rowsOf = (ids: readonly string[]): PostRow[] => ids.flatMap((id) => byId.get(id) ?? [])
  return { ancestors: rowsOf(above), descendants: rowsOf(below) }
}

/** The nearest ones that may be seen, the first post of the thread first. */
async function listAncestorIds(
  db: Querier,
  viewerId: string | null,
  post: PostRow,
  limits: ContextLimits,
): Promise<string[]> {
  if (post.in_reply_to_id === null) return []
  const { rows } = await sql<{ id: string }>`
    with recursive above as (
      select id, in_reply_to_id, 1 as height from posts where id = ${post.in_reply_to_id}
      union all
      select posts.id, posts.in_reply_to_id, above.height + 1
        from above join posts on posts.id = above.in_reply_to_id
       where above.height < ${limits.ancestors * LOOKED_AT})
    select above.id from above join posts on posts.id = above.id
     where ${visiblePosts(viewerId)}
     order by height limit ${limits.ancestors}`.execute(db)
  return [...new Set(rows.map((row) => row.id))].filter((id) => id !== post.id).toReversed()
}

/**
 * Level by level. The inner limit ends the recursion: a thread of a million answers costs no more than a long one.
 */
async function listDescendants(
  db: Querier,
  viewerId: string | null,
  post: PostRow,
  limits: ContextLimits,
): Promise<TreeRow[]> {
  return readDescendants(db, {
    viewerId,
    postId: post.id,
    depth: limits.depth,
    most: limits.descendants * LOOKED_AT,
  })
}

interface Below {
  readonly viewerId: string | null
  readonly postId: string
  readonly depth: number
  readonly most: number
}

const readDescendants = statement(
  ({ viewerId, postId, depth, most }: Below) => sql<TreeRow>`
    with recursive below as (
      select id, in_reply_to_id, author_id, 1 as depth from posts where in_reply_to_id = ${postId}
      union all
      select posts.id, posts.in_reply_to_id, posts.author_id, below.depth + 1
        from below join posts on posts.in_reply_to_id = below.id
       where below.depth < ${depth}
    ), looked_at as (select * from below limit ${most})
    select looked_at.id, looked_at.in_reply_to_id, looked_at.author_id, ${visiblePosts(viewerId)} as is_visible
      from looked_at join posts on posts.id = looked_at.id
     order by looked_at.depth, looked_at.id`,
)

/** @param most  visible posts; those of upper levels go first */
function inReadingOrder(root: PostRow, rows: readonly TreeRow[], most: number): string[] {
  const chosen = new Set(
    rows
      .filter((row) => row.is_visible)
      .slice(0, most)
      .map((row) => row.id),
  )
  const answers = Map.groupBy(rows, (row) => row.in_reply_to_id)
  const ordered: string[] = []
  const seen = new Set([root.id])
  const waiting = sorted(answers.get(root.id) ?? [], root.author_id)
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (seen.has(next.id)) continue
    seen.add(next.id)
    if (chosen.has(next.id)) ordered.push(next.id)
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
