/** Opens the place that a job names by its address. */
import { readPlaceAddress } from '../../core/backup-places.ts'
import { dataDirAt } from '../../core/data-dir.ts'
import type { BackupPlace } from './backup-place.ts'
import { openBackupPlace } from './open-place.ts'

/** @param address  as in the settings: `own`, an absolute path, or a URL. @throws HomebirdError SETTING_INVALID */
export function openNamedPlace(address: string, dataDir: string): Promise<BackupPlace> {
  const { path, backups } = dataDirAt(dataDir)
  return openBackupPlace(readPlaceAddress(address), { dataDir: path, ownFolder: backups })
}
