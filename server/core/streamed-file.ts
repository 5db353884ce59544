/** Writes large files piece by piece, so that what breaks off leaves nothing. */
import { open, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Only its owner may read it. */
const PRIVATE_FILE = 0o600

/**
 * Durable when it returns; whoever wants the old content kept until then names a draft and renames it.
 * The file is open before anything flows, and closed before it is removed: a stream that opens its own may do so after
 * its pipeline has failed, and then a file appears that nobody removes.
 * @throws the error of the file system, of the content, or the reason of the signal
 */
export async function writeStreamedFile(
  path: string,
  content: Readable | AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  const file = await open(path, 'w', PRIVATE_FILE).catch((error: unknown) => {
    // Nobody reads it any more, and whoever sends it would wait.
    if (content instanceof Readable) content.destroy()
    throw error
  })
  try {
    await pipeline(content, file.createWriteStream({ flush: true }), { signal })
  } catch (error) {
    await file.close().catch(() => undefined) // the first error is the one that tells
    await rm(path, { force: true }).catch(() => undefined) // likewise
    throw error
  }
}
