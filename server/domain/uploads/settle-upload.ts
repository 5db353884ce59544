/** An upload is settled: what it became, or why it became nothing, is noted and whoever waits for it is told. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { notify } from '../../db/transaction.ts'

/** What a file is, once it was looked at. */
export interface MediaFacts {
  readonly kind: 'image' | 'video' | 'gifv' | 'audio'
  readonly type: string
  readonly width: number | null
  readonly height: number | null
  readonly blurhash: string | null
  readonly durationSeconds: number | null
  readonly frameRate: number | null
  /** Bits per second. */
  readonly bitrate: number | null
}

export interface Preview {
  readonly key: string
  readonly width: number
  readonly height: number
  readonly blurhash: string | null
}

export interface ProcessedUpload {
  readonly fileKey: string
  readonly facts: MediaFacts
  readonly preview: Preview | null
}

type Upload = Pick<Row<'uploads'>, 'id' | 'purpose' | 'attachment_id'>

/** A second run changes nothing: what is settled stays so. */
export async function settleProcessed(
  tx: Transaction,
  upload: Upload,
  processed: ProcessedUpload,
): Promise<void> {
  if (!(await markSettled(tx, upload.id, { file_key: processed.fileKey }))) return
  if (upload.attachment_id === null) return
  if (upload.purpose === 'thumbnail') await giveThumbnail(tx, upload.attachment_id, processed)
  else await giveFile(tx, upload.attachment_id, processed)
}

/** @param refusal  one sentence for the owner */
export async function settleRefused(tx: Transaction, upload: Upload, refusal: string): Promise<void> {
  await markSettled(tx, upload.id, { refusal })
}

async function markSettled(
  tx: Transaction,
  id: string,
  columns: { readonly file_key: string } | { readonly refusal: string },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('uploads')
    .set({ ...columns, settled_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('settled_at', 'is', null)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) return false
  await notify(tx, 'uploads', id)
  return true
}

/** A thumbnail that came with it, or before, stays. */
async function giveFile(
  tx: Transaction,
  attachmentId: string,
  { fileKey, facts, preview }: ProcessedUpload,
): Promise<void> {
  await sql`
    update attachments
       set file_key = ${fileKey}, kind = ${facts.kind}, media_type = ${facts.type},
           width = ${facts.width}, height = ${facts.height}, duration_seconds = ${facts.durationSeconds},
           frame_rate = ${facts.frameRate}, bitrate = ${facts.bitrate},
           blurhash = coalesce(blurhash, ${facts.blurhash}::text),
           preview_width = case when preview_key is null then ${preview?.width ?? null}::integer else preview_width end,
           preview_height = case when preview_key is null then ${preview?.height ?? null}::integer else preview_height end,
           preview_key = coalesce(preview_key, ${preview?.key ?? null}::text)
     where id = ${attachmentId}`.execute(tx)
}

/** Shown in small: the preview of the picture that was given, or the picture itself where it is small. */
async function giveThumbnail(
  tx: Transaction,
  attachmentId: string,
  { fileKey, facts, preview }: ProcessedUpload,
): Promise<void> {
  await tx
    .updateTable('attachments')
    .set({
      preview_key: preview?.key ?? fileKey,
      preview_width: preview?.width ?? facts.width,
      preview_height: preview?.height ?? facts.height,
      blurhash: preview?.blurhash ?? facts.blurhash,
    })
    .where('id', '=', attachmentId)
    .execute()
}
