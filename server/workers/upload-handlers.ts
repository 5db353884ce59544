/** Handles uploads: has a decoder look at what came in, keeps what it becomes by the hash of its content, and tells who waits. */
import type { DecodeOutcome, DecodedFile, DecodedPicture, ReadRecording } from '../contracts/decoding.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { MEDIA_LIMITS, isKeptType } from '../domain/media/media-types.ts'
import { keepContent } from '../domain/uploads/content-files.ts'
import { type ProcessedUpload, settleProcessed, settleRefused } from '../domain/uploads/settle-upload.ts'
import type { uploadGraph } from '../domain/uploads/upload-graph.ts'
import type { HandlersOf } from '../stator/graph.ts'
import type { MediaStore } from '../storage/media-store.ts'
import type { Decoder } from '../domain/decoding/decoder.ts'
import { emptyParts } from '../domain/decoding/empty-parts.ts'

export interface UploadParts {
  readonly db: Database
  readonly log: Logger
  readonly media: MediaStore
  readonly decoder: Decoder
}

type Upload = Row<'uploads'>

const LIMITS = {
  imagePixels: MEDIA_LIMITS.imagePixels,
  imageSide: MEDIA_LIMITS.imageSide,
  imageFrames: MEDIA_LIMITS.imageFrames,
  videoPixels: MEDIA_LIMITS.videoPixels,
  videoFramesPerSecond: MEDIA_LIMITS.videoFramesPerSecond,
}

/** As much as its column holds: how long a recording is, its file says itself. */
const MOST_BITRATE = 2_147_483_647

const LOST = 'The file was lost before it could be read: send it again.'

export function uploadHandlers(parts: UploadParts): HandlersOf<typeof uploadGraph> {
  const { db, media } = parts
  return {
    received: {
      each: async (upload, { signal }) => {
        if (upload.settled_at !== null) return upload.refusal === null ? 'processed' : 'refused'
        const outcome = await decodeUpload(parts, upload, signal)
        if (outcome.outcome === 'refused') {
          await inTransaction(db, async (tx) => settleRefused(tx, upload, outcome.reason))
        } else {
          const processed = await (outcome.outcome === 'picture'
            ? keepPicture(parts, outcome)
            : keepRecording(parts, upload, outcome))
          await inTransaction(db, async (tx) => settleProcessed(tx, upload, processed))
        }
        await media.remove(upload.incoming_key)
        return outcome.outcome === 'refused' ? { to: 'refused', note: outcome.reason } : 'processed'
      },
    },
  }
}

async function decodeUpload(
  { media, decoder }: UploadParts,
  upload: Upload,
  signal: AbortSignal,
): Promise<DecodeOutcome> {
  const file = await media.borrow(upload.incoming_key)
  if (file === null) return { outcome: 'refused', reason: LOST }
  const { media_type: mediaType, size, purpose: use } = upload
  try {
    return await decoder.decode(file.path, { mediaType, size: Number(size), use, limits: LIMITS }, signal)
  } finally {
    await file[Symbol.asyncDispose]()
  }
}

async function keepPicture(parts: UploadParts, picture: DecodedPicture): Promise<ProcessedUpload> {
  const { type, width, height, blurhash, preview } = picture
  const fileKey = await keepFile(parts, picture)
  return {
    fileKey,
    facts: {
      kind: 'image',
      type,
      width,
      height,
      blurhash,
      durationSeconds: null,
      frameRate: null,
      bitrate: null,
    },
    preview:
      preview === null
        ? null
        : { key: await keepFile(parts, preview), width: preview.width, height: preview.height, blurhash },
  }
}

async function keepFile({ db, media }: UploadParts, { bytes, type }: DecodedFile): Promise<string> {
  return keepBytes(db, media, oneChunk(bytes), type)
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function keepBytes(
  db: Database,
  media: MediaStore,
  bytes: AsyncIterable<Uint8Array>,
  type: string,
): Promise<string> {
  if (!isKeptType(type)) throw new Error(`${type} was checked and is not kept`)
  return keepContent(db, media, await media.write(bytes), type)
}

async function keepRecording(
  { db, media }: UploadParts,
  upload: Upload,
  recording: ReadRecording,
): Promise<ProcessedUpload> {
  const { kind, type, width, height, durationSeconds, frameRate, telling } = recording
  const bytes = await media.open(upload.incoming_key)
  if (bytes === null) throw new Error(`the file of upload ${upload.id} went while it was read`)
  // A store without room has not begun to read it.
  const fileKey = await keepBytes(db, media, emptyParts(bytes, telling), type).finally(() => bytes.destroy())
  const bitrate = Math.min(MOST_BITRATE, Math.round((Number(upload.size) * 8) / durationSeconds))
  return {
    fileKey,
    facts: { kind, type, width, height, blurhash: null, durationSeconds, frameRate, bitrate },
    preview: null,
  }
}
