/** What a keeper is only asked about, while no home runs that could answer. */
import type { BackupInside } from './backups.ts'
import type { BackupSource } from './keeping.ts'

/** What a keeper looks at for somebody who restores while nothing of the home runs. It answers once, and ends. */
export type KeeperLook =
  | {
      readonly task: 'list'
      /** Addresses as in the settings. */
      readonly places: readonly string[]
    }
  | {
      readonly task: 'look'
      readonly from: BackupSource
      /** As of a `RestoreJob`. */
      readonly key: string | null
      readonly words: string | null
    }

/** A backup of a place that was looked through. */
export interface PlacedBackup {
  readonly place: string
  readonly name: string
  readonly madeAt: string
  readonly bytes: number
}

export type KeeperSight =
  /** Newest first; a place that cannot be read says why. */
  | {
      readonly saw: 'places'
      readonly backups: readonly PlacedBackup[]
      readonly flaws: readonly string[]
    }
  | { readonly saw: 'inside'; readonly inside: BackupInside }
  | { readonly saw: 'refusal'; readonly message: string }
