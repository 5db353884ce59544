/** What came in becomes an upload, and waits until a worker has settled it. */
import { HomebirdError } from '../../core/errors.ts'
import type { Listener } from '../../db/listen.ts'
import type { Database, Transaction } from '../../db/pool.ts'
import type { Row, UploadPurpose } from '../../db/tables.ts'
import { inTransaction, wakeWorker } from '../../db/transaction.ts'
import { incomingKey } from '../../storage/media-store.ts'
import { MEDIA_LIMITS } from '../media/media-types.ts'
import { countCharacters } from '../text/scan-text.ts'
import type { TakenFile } from './take-file.ts'

/** What is left out stays as it is. */
export interface AttachmentFacts {
  /** Empty for none. */
  readonly description?: string | undefined
  /** From -1 to 1 each, the middle being 0. */
  readonly focus?: { readonly x: number; readonly y: number } | undefined
}

export interface ReceivedAttachment {
  readonly attachmentId: string
  /** Of the file and of the thumbnail that came with it. */
  readonly uploadIds: readonly string[]
}

/** @throws HomebirdError UNPROCESSABLE for a description that is too long */
export async function receiveAttachment(
  db: Database,
  ownerId: string,
  file: TakenFile,
  thumbnail: TakenFile | null,
  facts: AttachmentFacts,
): Promise<ReceivedAttachment> {
  const columns = attachmentColumns(facts)
  const kept = await keepIncoming(file)
  const keptThumbnail = thumbnail === null ? null : await keepIncoming(thumbnail)
  return inTransaction(db, async (tx) => {
    const { id: attachmentId } = await tx
      .insertInto('attachments')
      .values({ owner_actor_id: ownerId, kind: file.family, media_type: file.type, ...columns })
      .returning('id')
      .executeTakeFirstOrThrow()
    const uploadIds = [await receiveFile(tx, ownerId, 'attachment', kept, attachmentId)]
    if (keptThumbnail !== null) {
      uploadIds.push(await receiveFile(tx, ownerId, 'thumbnail', keptThumbnail, attachmentId))
    }
    return { attachmentId, uploadIds }
  })
}

/** What came in, under a name of its own. One that no upload is noted for goes after some hours. */
export interface KeptIncoming {
  readonly key: string
  readonly type: string
  readonly size: number
}

export async function keepIncoming({ written, type }: TakenFile): Promise<KeptIncoming> {
  const key = incomingKey()
  await written.keep(key)
  return { key, type, size: written.size }
}

/** @returns the id of the upload */
export async function receiveFile(
  tx: Transaction,
  actorId: string,
  purpose: UploadPurpose,
  { key, type, size }: KeptIncoming,
  attachmentId: string | null = null,
): Promise<string> {
  const { id } = await tx
    .insertInto('uploads')
    .values({
      actor_id: actorId,
      purpose,
      attachment_id: attachmentId,
      incoming_key: key,
      media_type: type,
      size,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await wakeWorker(tx, 'uploads')
  return id
}

/** @throws HomebirdError UNPROCESSABLE for a description that is too long */
export function attachmentColumns({ description, focus }: AttachmentFacts) {
  const limit = MEDIA_LIMITS.descriptionCharacters
  if (description !== undefined && countCharacters(description) > limit) {
    const flaw = `Description is too long (maximum is ${limit} characters)`
    throw new HomebirdError('UNPROCESSABLE', flaw, { safe: `Validation failed: ${flaw}` })
  }
  return {
    ...(description === undefined ? {} : { description: description.trim() === '' ? null : description }),
    ...(focus === undefined ? {} : { focus_x: within(focus.x), focus_y: within(focus.y) }),
  }
}

const within = (value: number): number => Math.min(1, Math.max(-1, value))

export type SettledUpload = Pick<Row<'uploads'>, 'id' | 'purpose' | 'file_key' | 'refusal' | 'settled_at'>

/** A NOTIFY may be lost with its connection. */
const LOOK_EVERY_MS = 1_000

/**
 * Waits until all of them are settled or gone, but no longer than `timeoutMs`.
 * @returns what is known of them then, in no order
 */
export async function waitForUploads(
  parts: { readonly db: Database; readonly listener: Listener },
  ids: readonly string[],
  timeoutMs: number,
): Promise<SettledUpload[]> {
  const waiting = new Set(ids)
  let look = Promise.withResolvers<void>()
  const leave = parts.listener.subscribe('uploads', {
    onNotification: (id) => {
      if (waiting.has(id)) look.resolve()
    },
    onConnected: () => look.resolve(),
  })
  const endsAtMs = performance.now() + timeoutMs
  try {
    for (;;) {
      const rows = await readUploads(parts.db, ids)
      const leftMs = endsAtMs - performance.now()
      if (rows.every((row) => row.settled_at !== null) || leftMs <= 0) return rows
      await settledWithin(look.promise, Math.min(leftMs, LOOK_EVERY_MS))
      look = Promise.withResolvers<void>()
    }
  } finally {
    leave()
  }
}

async function readUploads(db: Database, ids: readonly string[]): Promise<SettledUpload[]> {
  return db
    .selectFrom('uploads')
    .select(['id', 'purpose', 'file_key', 'refusal', 'settled_at'])
    .where('id', 'in', ids)
    .execute()
}

async function settledWithin(work: Promise<void>, ms: number): Promise<void> {
  const over = Promise.withResolvers<void>()
  const timer = setTimeout(over.resolve, ms)
  await Promise.race([work, over.promise])
  clearTimeout(timer)
}

/** @throws HomebirdError UNPROCESSABLE with the reason when one of them was refused */
export function refuseRefused(uploads: readonly SettledUpload[]): void {
  const refusal = uploads.find((upload) => upload.refusal !== null)?.refusal
  if (refusal === undefined || refusal === null) return
  throw new HomebirdError('UNPROCESSABLE', `an upload was refused: ${refusal}`, { safe: refusal })
}
