/** A store for uploads in a folder of its own, which goes when the tests of the file are over. */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../server/core/clock.ts'
import type { Config } from '../../server/core/config.ts'
import { createStorageExchange } from '../../server/net/storage-exchange.ts'
import { type ExportFolder, openExportFolder } from '../../server/storage/export-folder.ts'
import { ArchiveShelf } from '../../server/storage/archives/archive-shelf.ts'
import { openLocalMediaStore } from '../../server/storage/local-media-store.ts'
import type { MediaStore } from '../../server/storage/media-store.ts'
import { openMediaStore } from '../../server/storage/open-media-store.ts'
import { closeBeforeCluster } from './test-database.ts'

export interface TestMedia {
  readonly folder: string
  readonly media: MediaStore
}

/** Where exports lie, likewise. */
export const openTestExports = (): ExportFolder => openExportFolder(mediaFolder(), { leastFreeBytes: 0 })

export function openTestMedia(leastFreeBytes = 0): TestMedia {
  const folder = mediaFolder()
  return { folder, media: openLocalMediaStore({ folder, leastFreeBytes }) }
}

/** As the settings say. */
export function openConfiguredMedia(config: Config): TestMedia {
  const folder = mediaFolder()
  const media = openMediaStore({
    config,
    backend: config.mediaBackend,
    folder,
    clock: systemClock,
    openTransport: createStorageExchange,
  })
  closeBeforeCluster(async () => media.close())
  return { folder, media }
}

/** Where archives of former accounts lie. */
export const openTestShelf = (): ArchiveShelf => new ArchiveShelf(mediaFolder())

function mediaFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'homebird-media-'))
  closeBeforeCluster(async () => rm(folder, { recursive: true, force: true }))
  return folder
}
