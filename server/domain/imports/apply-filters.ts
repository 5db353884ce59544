/** Lines that are filters: made, or added to the filter of the same title. */
import { sql } from 'kysely'
import { isHomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { ImportedFilter } from '../../db/tables.ts'
import { addFilteredPost, changeFilter, createFilter } from '../filters/edit-filters.ts'
import { type FilterDraft, draftFromForm } from '../filters/filter-draft.ts'
import { type FilterFacts, loadFilters } from '../filters/load-filters.ts'
import { foldText } from '../filters/fold-text.ts'
import { type ApplyParts, type Outcomes, reasonOf } from './apply-accounts.ts'
import { type Entry, findKnownPosts } from './known-targets.ts'

/** The limits of filters hold: what is beyond them fails with what the limit is. */
export async function makeFilters(parts: ApplyParts, entries: readonly Entry[]): Promise<Outcomes> {
  const outcomes: Outcomes = new Map()
  for (const entry of entries) {
    const { filter } = entry.facts
    if (filter === undefined) continue
    await sql`savepoint one_filter`.execute(parts.tx)
    try {
      const missing = await makeFilter(parts, entry.subject, filter)
      const note = missing === 0 ? {} : { note: `${missing} of its posts are not known here` }
      outcomes.set(entry.id, { kind: 'done', ...note })
    } catch (error) {
      if (!isHomebirdError(error)) throw error
      // Limits are counted after the change.
      await sql`rollback to savepoint one_filter`.execute(parts.tx)
      outcomes.set(entry.id, { kind: 'failed', reason: reasonOf(error) })
    }
  }
  return outcomes
}

/** @returns how many of its posts are not known here */
async function makeFilter(
  { tx, identity, now }: ApplyParts,
  title: string,
  filter: ImportedFilter,
): Promise<number> {
  const draft = draftOf(title, filter, now)
  const same = (await loadFilters(tx, identity.id)).find(
    (one) => one.title.toLowerCase() === title.toLowerCase(),
  )
  const missing = missingKeywords(same, filter)
  const made =
    same === undefined
      ? await createFilter(tx, identity.id, draft, missing)
      : await changeFilter(tx, identity.id, same.id, draft, missing)
  return addPosts(tx, identity.id, made, filter.posts)
}

/** @throws HomebirdError UNPROCESSABLE */
function draftOf(title: string, filter: ImportedFilter, now: Date): FilterDraft {
  const { contexts, action, expiresAt } = filter
  const read = draftFromForm({ title, contexts, action }, now) as FilterDraft
  return { ...read, expiresAt: expiresAt === null ? null : new Date(expiresAt) }
}

function missingKeywords(same: FilterFacts | undefined, filter: ImportedFilter) {
  const known = new Set(same?.keywords.map(({ keyword }) => foldText(keyword)))
  return filter.keywords.filter(({ keyword }) => !known.has(foldText(keyword)))
}

async function addPosts(
  tx: Transaction,
  actorId: string,
  made: FilterFacts,
  uris: readonly string[],
): Promise<number> {
  if (uris.length === 0) return 0
  const given = [...new Set(uris)].map((subject, place) => ({ id: String(place), subject }))
  const known = await findKnownPosts(tx, actorId, given)
  const held = new Set(made.posts.map(({ post_id: id }) => id))
  // In the order of the file: so they come out again.
  for (const { id: place } of given) {
    const post = known.get(place)
    if (post === undefined || !post.isVisible || held.has(post.id)) continue
    held.add(post.id)
    await addFilteredPost(tx, actorId, made.id, post.id)
  }
  return given.length - known.size
}
