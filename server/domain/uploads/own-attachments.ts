/** Uploads that wait for a post, as their owner finds, describes and removes them. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { type AttachmentFacts, attachmentColumns } from './receive-upload.ts'

export type OwnAttachment = Row<'attachments'>

export interface FoundAttachment {
  readonly attachment: OwnAttachment
  /** Why it became nothing; null while it is worked on and when it is ready. */
  readonly refusal: string | null
}

/** @throws HomebirdError NOT_FOUND for one that is another's, or in a post already */
export async function getWaiting(db: Querier, ownerId: string, id: string): Promise<FoundAttachment> {
  const attachment = await findOwn(db, ownerId, id)
  if (attachment === undefined || attachment.post_id !== null) throw missing(id)
  if (attachment.file_key !== null) return { attachment, refusal: null }
  const upload = await db
    .selectFrom('uploads')
    .select(['refusal', 'state'])
    .where('attachment_id', '=', id)
    .where('purpose', '=', 'attachment')
    .executeTakeFirst()
  const isGivenUp = upload === undefined || upload.state === 'refused'
  return { attachment, refusal: upload?.refusal ?? (isGivenUp ? UNREADABLE : null) }
}

const UNREADABLE = 'The file could not be read.'

/** @throws HomebirdError NOT_FOUND as `getWaiting`, UNPROCESSABLE for a description that is too long */
export async function describeWaiting(
  db: Querier,
  ownerId: string,
  id: string,
  facts: AttachmentFacts,
): Promise<void> {
  const columns = attachmentColumns(facts)
  await getWaiting(db, ownerId, id)
  if (Object.keys(columns).length === 0) return
  await db
    .updateTable('attachments')
    .set(columns)
    .where('id', '=', id)
    .where('owner_actor_id', '=', ownerId)
    .where('post_id', 'is', null)
    .execute()
}

/** @throws HomebirdError NOT_FOUND for one that is another's, UNPROCESSABLE for one that a post has or will have */
export async function removeWaiting(tx: Transaction, ownerId: string, id: string): Promise<void> {
  const attachment = await findOwn(tx, ownerId, id)
  if (attachment === undefined) throw missing(id)
  const { rows } = await sql`
    delete from attachments
     where id = ${id} and owner_actor_id = ${ownerId} and post_id is null and scheduled_id is null
       and not exists (select from posts where posts.id = former_post_id and posts.deleted_at is null)
    returning id`.execute(tx)
  if (rows.length > 0) return
  throw new HomebirdError('UNPROCESSABLE', `attachment ${id} is used by a post`, {
    safe: 'Media attachment is currently used by a status',
  })
}

/** @throws HomebirdError UNPROCESSABLE for one that is another's or not there */
export async function getOwnAttachment(db: Querier, ownerId: string, id: string): Promise<OwnAttachment> {
  const attachment = await findOwn(db, ownerId, id)
  if (attachment !== undefined) return attachment
  throw new HomebirdError('UNPROCESSABLE', `no attachment ${id.slice(0, 30)} of this identity`, {
    safe: 'Validation failed: one of the attachments is not there or used already',
  })
}

async function findOwn(db: Querier, ownerId: string, id: string): Promise<OwnAttachment | undefined> {
  if (!isRowId(id)) return undefined
  return db
    .selectFrom('attachments')
    .selectAll()
    .where('id', '=', id)
    .where('owner_actor_id', '=', ownerId)
    .executeTakeFirst()
}

const missing = (id: string): HomebirdError =>
  new HomebirdError('NOT_FOUND', `no upload ${id.slice(0, 30)} waits for a post`)
