/** A store for uploads in a folder of its own, which goes when the tests of the file are over. */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLocalMediaStore } from '../../server/storage/local-media-store.ts'
import type { MediaStore } from '../../server/storage/media-store.ts'
import { closeBeforeCluster } from './test-database.ts'

export interface TestMedia {
  readonly folder: string
  readonly media: MediaStore
}

export function openTestMedia(leastFreeBytes = 0): TestMedia {
  const folder = mkdtempSync(join(tmpdir(), 'homebird-media-'))
  closeBeforeCluster(async () => rm(folder, { recursive: true, force: true }))
  return { folder, media: openLocalMediaStore({ folder, leastFreeBytes }) }
}
