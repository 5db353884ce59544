/** Handles uploads: looks at what came in, keeps what it becomes under the hash of its content, and tells who waits. */
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { isKeptType } from '../domain/media/media-types.ts'
import { keepContent } from '../domain/uploads/content-files.ts'
import { type ProcessedUpload, settleProcessed, settleRefused } from '../domain/uploads/settle-upload.ts'
import type { uploadGraph } from '../domain/uploads/upload-graph.ts'
import type { HandlersOf } from '../stator/graph.ts'
import type { MediaStore } from '../storage/media-store.ts'

export interface UploadParts {
  readonly db: Database
  readonly log: Logger
  readonly media: MediaStore
}

export function uploadHandlers(parts: UploadParts): HandlersOf<typeof uploadGraph> {
  const { db, media } = parts
  return {
    received: {
      each: async (upload) => {
        if (upload.settled_at !== null) return upload.refusal === null ? 'processed' : 'refused'
        const outcome = await processUpload(parts, upload)
        if (typeof outcome === 'string') {
          await inTransaction(db, async (tx) => settleRefused(tx, upload, outcome))
        } else {
          await inTransaction(db, async (tx) => settleProcessed(tx, upload, outcome))
        }
        await media.remove(upload.incoming_key)
        return typeof outcome === 'string' ? { to: 'refused', note: outcome } : 'processed'
      },
    },
  }
}

const LOST = 'The file was lost before it could be read: send it again.'

/** @returns what it became, or why it became nothing */
async function processUpload(
  { db, media }: UploadParts,
  upload: Row<'uploads'>,
): Promise<ProcessedUpload | string> {
  const { media_type: type } = upload
  const bytes = await media.open(upload.incoming_key)
  if (bytes === null || !isKeptType(type)) return LOST
  const fileKey = await keepContent(db, await media.write(bytes), type)
  const kind = type.startsWith('image/') ? 'image' : type.startsWith('video/') ? 'video' : 'audio'
  const facts = { kind, type, width: null, height: null, blurhash: null } as const
  return {
    fileKey,
    facts: { ...facts, durationSeconds: null, frameRate: null, bitrate: null },
    preview: null,
  }
}
