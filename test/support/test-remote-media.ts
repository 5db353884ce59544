/** Files of others for homes that a test builds in its own process. */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPicturePool } from '../../server/domain/decoding/picture-pool.ts'
import { RemoteMedia, type RemoteMediaParts } from '../../server/domain/remote-media/remote-media.ts'
import { closeBeforeCluster } from './test-database.ts'

type Given = Omit<RemoteMediaParts, 'pictures' | 'spoolFolder'> & {
  readonly spoolFolder?: string | undefined
}

/** Ends with the tests of the file. */
export function openTestRemoteMedia(parts: Given): RemoteMedia {
  const spoolFolder = parts.spoolFolder ?? mkdtempSync(join(tmpdir(), 'homebird-spool-'))
  const remoteMedia = new RemoteMedia({ ...parts, spoolFolder, pictures: createPicturePool(parts) })
  closeBeforeCluster(async () => {
    await remoteMedia[Symbol.asyncDispose]()
    if (parts.spoolFolder === undefined) await rm(spoolFolder, { recursive: true, force: true })
  })
  return remoteMedia
}
