/** What it takes to make a backup. */
import type { DatabaseConnection } from '../../contracts/child-message.ts'
import type { BackupKeys } from '../../contracts/keeping.ts'
import type { DataDir } from '../../core/data-dir.ts'
import type { SecretBox } from '../../core/secret-box.ts'
import type { MediaStore } from '../../storage/media-store.ts'
import type { BackupPlace } from '../places/backup-place.ts'
import type { Progress } from '../progress.ts'

export interface BackupNeeds {
  readonly database: DatabaseConnection
  readonly dir: DataDir
  readonly box: SecretBox
  readonly media: MediaStore
  readonly place: BackupPlace
  readonly keys: BackupKeys
  readonly isWhole: boolean
  readonly progress: Progress
  readonly signal: AbortSignal
  readonly now: Date
}
