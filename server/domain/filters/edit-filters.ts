/** Filters are made, changed and removed; each change is told to all processes and to the owner's apps. */
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { notify } from '../../db/transaction.ts'
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import { publishSignal } from '../timelines/stream-notices.ts'
import { type FilterDraft, checkKeyword, refuse, refuseTooMany } from './filter-draft.ts'
import {
  type FilterFacts,
  type FilteredPostRow,
  type KeywordRow,
  getFilter,
  getFilterOfKeyword,
  getFilteredPost,
} from './load-filters.ts'

/** One keyword of a form: without an id it is new. */
export interface KeywordChange {
  readonly id?: string | undefined
  readonly keyword?: string | undefined
  readonly isWholeWord?: boolean | undefined
  readonly isRemoved?: boolean | undefined
}

/** @throws HomebirdError UNPROCESSABLE for keywords that cannot be, and beyond the limits; NOT_FOUND where one names an id */
export async function createFilter(
  tx: Transaction,
  actorId: string,
  draft: FilterDraft,
  keywords: readonly KeywordChange[],
): Promise<FilterFacts> {
  const { title, contexts, action, expiresAt } = draft
  const { id } = await tx
    .insertInto('filters')
    .values({ actor_id: actorId, title, contexts: [...contexts], action, expires_at: expiresAt })
    .returning('id')
    .executeTakeFirstOrThrow()
  await changeKeywords(tx, { id, keywords: [] }, keywords)
  return finish(tx, actorId, id)
}

/** @throws HomebirdError NOT_FOUND for another's filter and for keywords that are not in it, UNPROCESSABLE */
export async function changeFilter(
  tx: Transaction,
  actorId: string,
  id: string,
  draft: Partial<FilterDraft>,
  keywords: readonly KeywordChange[] = [],
): Promise<FilterFacts> {
  const filter = await getFilter(tx, actorId, id)
  await setFacts(tx, filter, draft)
  await changeKeywords(tx, filter, keywords)
  return finish(tx, actorId, id)
}

/** @throws HomebirdError NOT_FOUND */
export async function removeFilter(tx: Transaction, actorId: string, id: string): Promise<void> {
  const filter = await getFilter(tx, actorId, id)
  await tx.deleteFrom('filters').where('id', '=', filter.id).execute()
  await tellOfChange(tx, actorId)
}

/** @throws HomebirdError NOT_FOUND, UNPROCESSABLE */
export async function addKeyword(
  tx: Transaction,
  actorId: string,
  filterId: string,
  change: KeywordChange,
): Promise<KeywordRow> {
  const before = await getFilter(tx, actorId, filterId)
  await changeKeywords(tx, before, [{ ...change, keyword: change.keyword ?? '', id: undefined }])
  const { keywords } = await finish(tx, actorId, before.id)
  const known = new Set(before.keywords.map(({ id }) => id))
  const added = keywords.find(({ id }) => !known.has(id))
  if (added === undefined) throw new HomebirdError('INTERNAL', `filter ${before.id} has no new keyword`)
  return added
}

/** @throws HomebirdError NOT_FOUND, UNPROCESSABLE */
export async function changeKeyword(
  tx: Transaction,
  actorId: string,
  keywordId: string,
  change: KeywordChange,
): Promise<KeywordRow> {
  const { filter } = await getFilterOfKeyword(tx, actorId, keywordId)
  await changeKeywords(tx, filter, [{ ...change, id: keywordId }])
  await tellOfChange(tx, actorId)
  return (await getFilterOfKeyword(tx, actorId, keywordId)).keyword
}

/** The filter stays, even without a keyword. @throws HomebirdError NOT_FOUND */
export async function removeKeyword(tx: Transaction, actorId: string, keywordId: string): Promise<void> {
  await getFilterOfKeyword(tx, actorId, keywordId)
  await tx.deleteFrom('filter_keywords').where('id', '=', keywordId).execute()
  await tellOfChange(tx, actorId)
}

/**
 * @param postId  of a post that the identity may see
 * @throws HomebirdError NOT_FOUND, UNPROCESSABLE where it is in the filter already
 */
export async function addFilteredPost(
  tx: Transaction,
  actorId: string,
  filterId: string,
  postId: string,
): Promise<FilteredPostRow> {
  const filter = await getFilter(tx, actorId, filterId)
  const added = await tx
    .insertInto('filter_posts')
    .values({ filter_id: filter.id, post_id: postId })
    .onConflict((conflict) => conflict.doNothing())
    .returning(['id', 'post_id'])
    .executeTakeFirst()
  if (added === undefined) {
    refuse(['Status has already been taken'])
    throw new HomebirdError('INTERNAL', 'what was refused went on')
  }
  await finish(tx, actorId, filter.id)
  return added
}

/** @throws HomebirdError NOT_FOUND */
export async function removeFilteredPost(tx: Transaction, actorId: string, id: string): Promise<void> {
  await getFilteredPost(tx, actorId, id)
  await tx.deleteFrom('filter_posts').where('id', '=', id).execute()
  await tellOfChange(tx, actorId)
}

async function setFacts(
  tx: Transaction,
  filter: Pick<FilterFacts, 'id'>,
  { title, contexts, action, expiresAt }: Partial<FilterDraft>,
): Promise<void> {
  const changes = {
    ...(title === undefined ? {} : { title }),
    ...(contexts === undefined ? {} : { contexts: [...contexts] }),
    ...(action === undefined ? {} : { action }),
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
  }
  if (Object.keys(changes).length === 0) return
  await tx.updateTable('filters').set(changes).where('id', '=', filter.id).execute()
}

/** Three statements at most, however many there are. */
async function changeKeywords(
  tx: Transaction,
  filter: Pick<FilterFacts, 'id' | 'keywords'>,
  changes: readonly KeywordChange[],
): Promise<void> {
  const known = new Map(filter.keywords.map((row) => [row.id, row]))
  const removed: string[] = []
  const changed = new Map<string, KeywordRow>()
  const added: Array<Omit<Row<'filter_keywords'>, 'id'>> = []
  for (const { id, keyword, isWholeWord, isRemoved = false } of changes) {
    const row = id === undefined ? undefined : known.get(id)
    if (id !== undefined && row === undefined) {
      throw new HomebirdError('NOT_FOUND', `no keyword ${id.slice(0, 20)} in filter ${filter.id}`)
    }
    if (isRemoved) {
      if (row !== undefined) removed.push(row.id)
    } else if (row === undefined) {
      added.push({
        filter_id: filter.id,
        keyword: checkKeyword(keyword ?? ''),
        is_whole_word: isWholeWord ?? true,
      })
    } else {
      const text = keyword === undefined ? row.keyword : checkKeyword(keyword)
      changed.set(row.id, { id: row.id, keyword: text, is_whole_word: isWholeWord ?? row.is_whole_word })
    }
  }
  if (removed.length > 0) await tx.deleteFrom('filter_keywords').where('id', 'in', removed).execute()
  await updateKeywords(tx, [...changed.values()])
  if (added.length > 0) {
    await tx.insertInto('filter_keywords').values(added).execute()
  }
}

async function updateKeywords(tx: Transaction, rows: readonly KeywordRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql`
    update filter_keywords
       set keyword = given.keyword, is_whole_word = given.is_whole_word
      from unnest(${rows.map((row) => row.id)}::bigint[], ${rows.map((row) => row.keyword)}::text[],
                  ${rows.map((row) => row.is_whole_word)}::boolean[]) as given (id, keyword, is_whole_word)
     where filter_keywords.id = given.id`.execute(tx)
}

/** Counts after the change; two at the same moment may go over a limit by one, which harms nobody. */
async function finish(tx: Transaction, actorId: string, id: string): Promise<FilterFacts> {
  const { rows } = await sql<{ filters: number; keywords: number; posts: number }>`
    select count(*)::int as filters,
           coalesce(sum((select count(*) from filter_keywords where filter_id = filters.id)), 0)::int as keywords,
           coalesce(sum((select count(*) from filter_posts where filter_id = filters.id)), 0)::int as posts
      from filters where actor_id = ${actorId}`.execute(tx)
  for (const what of ['filters', 'keywords', 'posts'] as const) refuseTooMany(what, rows[0]?.[what] ?? 0)
  await tellOfChange(tx, actorId)
  return getFilter(tx, actorId, id)
}

async function tellOfChange(tx: Transaction, actorId: string): Promise<void> {
  await notify(tx, 'changed', 'filters')
  await publishSignal(tx, actorId, 'filters_changed')
}
