/** Own polls as parts of the documents of their posts. */
import { sql } from 'kysely'
import type { Querier } from '../db/pool.ts'
import type { NotePoll } from './note.ts'

interface PollRow {
  readonly id: string
  readonly isMultiple: boolean
  readonly endsAt: Date | null
  readonly closedAt: Date | null
  readonly votersCount: number | null
  readonly options: ReadonlyArray<{ readonly title: string; readonly votes: number | null }>
}

/** By the id of the post. Counts that the author hides are told to nobody before the end. */
export async function loadNotePolls(db: Querier, postIds: readonly string[]): Promise<Map<string, NotePoll>> {
  const { rows } = await sql<PollRow>`
    select polls.id, is_multiple as "isMultiple", ends_at as "endsAt", closed_at as "closedAt",
           voters_count as "votersCount",
           (select json_agg(json_build_object(
                     'title', title,
                     'votes', case when hides_totals and closed_at is null then null else votes_count end) order by position)
              from poll_options where poll_id = polls.id) as options
      from polls where polls.id = any(${[...new Set(postIds)]}::bigint[])`.execute(db)
  return new Map(rows.map(({ id, ...poll }) => [id, poll]))
}
