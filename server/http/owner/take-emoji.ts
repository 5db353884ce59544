/** A picture becomes an emoji of the home: taken in, written anew by a decoder like every other upload, and given a name. */
import { MOST_EMOJI_BYTES } from '../../contracts/own-emojis.ts'
import { HomebirdError } from '../../core/errors.ts'
import { inTransaction } from '../../db/transaction.ts'
import { findIdentity } from '../../domain/actors/actor.ts'
import { type OwnEmoji, addOwnEmoji } from '../../domain/emojis/keep-own-emojis.ts'
import { uploadLimitsOf } from '../../domain/media/media-types.ts'
import { mediaBaseOf } from '../../domain/owner/own-uris.ts'
import {
  keepIncoming,
  receiveFile,
  refuseRefused,
  waitForUploads,
} from '../../domain/uploads/receive-upload.ts'
import { type TakenFile, takeFile } from '../../domain/uploads/take-file.ts'
import type { HttpContext } from '../http-context.ts'

const PATIENCE_MS = 25_000

interface Naming {
  readonly shortcode: string
  readonly category: string | null
  /** Whose address the picture has. */
  readonly identityId: string
}

/**
 * @throws HomebirdError UNPROCESSABLE with the reason for a picture that was refused, CONFLICT for a name that is taken,
 *   UNAVAILABLE when nobody works on it in time; nothing is kept then
 */
export async function takeEmoji(context: HttpContext, file: TakenFile, naming: Naming): Promise<OwnEmoji> {
  const { db, config } = context
  const { shortcode, category, identityId } = naming
  const identity = await findIdentity(db, identityId)
  if (identity === undefined) throw new HomebirdError('NOT_FOUND', 'there is no such identity')
  const kept = await keepIncoming(file)
  const id = await inTransaction(db, async (tx) => receiveFile(tx, identity.id, 'emoji', kept))
  const uploads = await waitForUploads(context, [id], PATIENCE_MS)
  refuseRefused(uploads)
  const key = uploads[0]?.file_key ?? null
  if (key === null) throw new HomebirdError('UNAVAILABLE', 'the picture of an emoji was not ready in time')
  const url = `${mediaBaseOf(config.mediaUrl, identity.host)}${key}`
  return inTransaction(db, async (tx) => addOwnEmoji(tx, { shortcode, category, url }))
}

/** @throws HomebirdError FETCH_*, and as `takeFile` for what is no picture or too large */
export async function fetchEmoji(context: HttpContext, url: string, signal: AbortSignal): Promise<TakenFile> {
  const { fetch, media, config } = context
  const { body } = await fetch.fetchMedia(url, { maxBytes: MOST_EMOJI_BYTES, accept: 'image/*', signal })
  try {
    return await takeFile(media, body, 'emoji', uploadLimitsOf(config))
  } catch (error) {
    body.destroy()
    throw error
  }
}
