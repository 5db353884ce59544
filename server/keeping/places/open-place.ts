/** Opens a place by its address. What a kind needs is loaded when the first of it is opened. */
import { join } from 'node:path'
import { type PlaceAddress, placeLabel } from '../../core/backup-places.ts'
import { type Clock, systemClock } from '../../core/clock.ts'
import type { BackupPlace } from './backup-place.ts'

export interface PlaceSurroundings {
  readonly dataDir: string
  /** `backups/` in it. */
  readonly ownFolder: string
  readonly clock?: Clock
}

/** Speaks to nobody yet. */
export async function openBackupPlace(
  address: PlaceAddress,
  { dataDir, ownFolder, clock = systemClock }: PlaceSurroundings,
): Promise<BackupPlace> {
  const label = placeLabel(address)
  switch (address.kind) {
    case 'folder': {
      const { FolderPlace } = await import('./folder-place.ts')
      const path = address.path ?? join(ownFolder, 'kept')
      return new FolderPlace({ path, label, dataDir, isOtherDisk: address.isOtherDisk })
    }
    case 's3': {
      const { BucketPlace } = await import('./bucket-place.ts')
      const { createStorageExchange } = await import('../../net/storage-exchange.ts')
      return new BucketPlace({ address, label, transport: createStorageExchange(), clock })
    }
    case 'sftp': {
      const { SftpPlace } = await import('./sftp-place.ts')
      return new SftpPlace(address, label)
    }
    case 'webdav': {
      const { WebdavPlace } = await import('./webdav-place.ts')
      const { createStorageExchange } = await import('../../net/storage-exchange.ts')
      return new WebdavPlace(address, label, createStorageExchange())
    }
    default:
      return address satisfies never
  }
}
