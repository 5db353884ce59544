/** Drafts as their author keeps, finds and throws them away. */
import { sql } from 'kysely'
import type { DraftContent, KeptDraft } from '../../contracts/draft.ts'
import { PREFERENCES } from '../../contracts/preferences.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { moveRows } from '../../stator/move.ts'
import type { EntityScope } from '../actors/entity-scope.ts'
import { mediaFromAttachment } from '../media/media-attachment.ts'
import { DRAFT_LIMITS } from './draft-content.ts'
import { draftGraph } from './draft-graph.ts'

export type DraftRow = Row<'drafts'>

/** `behind`: it was changed elsewhere since that revision, or is on its way; then nothing has changed. */
export type Keeping =
  | { readonly outcome: 'kept'; readonly draft: DraftRow }
  | { readonly outcome: 'behind'; readonly draft: DraftRow }

/**
 * Writes a draft, which is born with its first revision. One that could not be sent is written on.
 * @param revision  that it was written upon; 0 for a new one
 * @throws HomebirdError UNPROCESSABLE for one too many
 */
export async function keepDraft(
  tx: Transaction,
  actorId: string,
  key: string,
  content: DraftContent,
  revision: number,
  now: Date,
): Promise<Keeping> {
  const before = await lockDraft(tx, actorId, key)
  const columns = { ...columnsOf(content), changed_at: now }
  if (before === undefined) {
    await refuseTooMany(tx, actorId)
    const draft = await tx
      .insertInto('drafts')
      .values({ actor_id: actorId, key, ...columns, revision: revision + 1 })
      .returningAll()
      .executeTakeFirstOrThrow()
    return { outcome: 'kept', draft }
  }
  const isOpen = before.post_id === null && (before.state === 'kept' || before.state === 'failed')
  if (!isOpen || before.revision !== revision) {
    // A request that is sent again, its answer having been lost.
    const isRepeated = isOpen && before.revision === revision + 1 && isSame(before, content)
    return { outcome: isRepeated ? 'kept' : 'behind', draft: before }
  }
  const draft = await tx
    .updateTable('drafts')
    .set({ ...columns, revision: revision + 1, failure: null })
    .where('id', '=', before.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (before.state === 'failed') await moveRows(tx, draftGraph, [draft.id], 'kept')
  return { outcome: 'kept', draft: { ...draft, state: 'kept' } }
}

/** Two windows that begin a draft under one key, and a worker that sends it, come one after the other. */
export async function lockDraft(
  tx: Transaction,
  actorId: string,
  key: string,
): Promise<DraftRow | undefined> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${actorId} ${key}`}, 7203154))`.execute(tx)
  return tx
    .selectFrom('drafts')
    .selectAll()
    .where('actor_id', '=', actorId)
    .where('key', '=', key)
    .forUpdate()
    .executeTakeFirst()
}

function columnsOf({ text, warning, ...content }: DraftContent) {
  return {
    text,
    warning,
    content: JSON.stringify(content),
    attachment_ids: content.files.map(({ id }) => id),
  }
}

/** As it was written; the database may give the members in another order. */
function isSame({ text, warning, content }: DraftRow, wanted: DraftContent): boolean {
  return orderless({ ...content, text, warning }) === orderless(wanted)
}

const orderless = (value: object): string =>
  JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )

async function refuseTooMany(tx: Transaction, actorId: string): Promise<void> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from drafts where actor_id = ${actorId} and post_id is null`.execute(tx)
  const count = rows[0]?.count ?? 0
  const { drafts: limit } = DRAFT_LIMITS
  if (count < limit) return
  throw new HomebirdError('UNPROCESSABLE', `actor ${actorId} has ${count} drafts, the limit is ${limit}`, {
    safe: `You have ${count} drafts, and the home keeps at most ${limit}. Delete some of them first.`,
  })
}

/** Those that are no posts yet, the last changed first. */
export async function listDrafts(db: Querier, actorId: string): Promise<DraftRow[]> {
  return db
    .selectFrom('drafts')
    .selectAll()
    .where('actor_id', '=', actorId)
    .where('post_id', 'is', null)
    .where('state', '!=', 'sent')
    .orderBy('changed_at', 'desc')
    .limit(DRAFT_LIMITS.drafts)
    .execute()
}

/** Also one that is a post by now, for a day. @throws HomebirdError NOT_FOUND */
export async function getDraft(db: Querier, actorId: string, key: string): Promise<DraftRow> {
  const row = await db
    .selectFrom('drafts')
    .selectAll()
    .where('actor_id', '=', actorId)
    .where('key', '=', key)
    .executeTakeFirst()
  if (row === undefined) throw missingDraft(key)
  return row
}

/** One that is a post by now stays, so that nobody sends it again. @returns false when there was none */
export async function deleteDraft(tx: Transaction, actorId: string, key: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('drafts')
    .where('actor_id', '=', actorId)
    .where('key', '=', key)
    .where('post_id', 'is', null)
    .where('state', '!=', 'sent')
    .executeTakeFirst()
  return numDeletedRows > 0n
}

export const missingDraft = (key: string): HomebirdError =>
  new HomebirdError('NOT_FOUND', `there is no draft ${key}`)

/** In the order of the rows, with one statement. */
export async function draftsFromRows(
  db: Querier,
  scope: EntityScope,
  actorId: string,
  rows: readonly DraftRow[],
): Promise<KeptDraft[]> {
  const ids = [...new Set(rows.flatMap((row) => row.attachment_ids))]
  const files =
    ids.length === 0
      ? []
      : await db
          .selectFrom('attachments')
          .selectAll()
          .where('id', 'in', ids)
          .where('owner_actor_id', '=', actorId)
          .execute()
  return rows.map((row) => ({
    ...row.content,
    key: row.key,
    revision: row.revision,
    text: row.text,
    warning: row.warning,
    state: stateOf(row),
    changedAt: row.changed_at.toISOString(),
    sendsInMs: sendsInMs(row, scope.now),
    postId: row.post_id,
    failure: row.failure,
    media: files
      .filter(({ id }) => row.attachment_ids.includes(id))
      .map((file) => mediaFromAttachment(scope.urls, file)),
  }))
}

const LONGEST_HOLD_MS = Math.max(...PREFERENCES.holdSeconds.of) * 1_000

/** Null unless it is held. A clock that was set back meanwhile makes nobody wait for longer than any draft is held. */
function sendsInMs(row: DraftRow, now: Date): number | null {
  if (row.send_at === null || stateOf(row) !== 'held') return null
  return Math.min(Math.max(0, row.send_at.getTime() - now.getTime()), LONGEST_HOLD_MS)
}

/** A post is a post from the moment it is written, though Stator has not finished with the draft. */
function stateOf({ state, post_id: postId }: DraftRow): KeptDraft['state'] {
  if (postId !== null || state === 'sent') return 'sent'
  return state === 'held' || state === 'failed' ? state : 'kept'
}
