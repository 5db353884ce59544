/** The backups of the home as the owner sees and sets them. Nothing in here is secret. */
import type {
  BackupKeyAnswer,
  BackupLocks,
  KeeperOutcome,
  KeeperProgress,
  KeeperState,
  PlaceWithSecrets,
} from './keeping.ts'

export type PlaceKind = 'folder' | 's3' | 'sftp' | 'webdav'

export interface PlaceFacts {
  readonly id: string
  readonly kind: PlaceKind
  /** For people: kind, host and path. */
  readonly label: string
  /** Lies on the same disk as the home, and is lost with it. */
  readonly isOwn: boolean
  readonly isOtherDisk: boolean
  /** Begin of the last that was made there. */
  readonly lastMadeAt: string | null
  /** End of the last proof of one there. */
  readonly lastCheckedAt: string | null
  /** How often one has failed since the last that was made, and why the last time. */
  readonly failures: number
  readonly failure: string | null
  readonly nextAt: string | null
  /** Why one that is due is put off. */
  readonly waitsFor: 'power' | 'line' | null
}

/** Which of the settings a variable of the environment holds: the window cannot change them. */
export type FixedBackupSetting = 'at' | 'keep' | 'places'

export interface BackupsOverview {
  readonly running: KeeperProgress | null
  /** Newest first. */
  readonly ended: readonly KeeperOutcome[]
  /** `03:00`, or `never`. */
  readonly at: string
  /** Whether what is due is made by this machine; of several on one database another one may make it. */
  readonly isFirst: boolean
  /** Since when this home has run, and could make any. */
  readonly since: string
  readonly keep: { readonly days: number; readonly weeks: number; readonly months: number }
  readonly fixed: readonly FixedBackupSetting[]
  readonly places: readonly PlaceFacts[]
  readonly locks: BackupLocks
}

/** One backup in a place. */
export interface ListedBackup {
  readonly name: string
  readonly madeAt: string
  readonly bytes: number
  /** Version of the program that made it; null where its head cannot be read. */
  readonly madeBy: string | null
  /** Everything in one file. */
  readonly isWhole: boolean
  /** How it was last proven; null when it never was. */
  readonly checked: { readonly at: string; readonly isGood: boolean; readonly message: string | null } | null
}

/** What lies in a place that is looked through by its address, or why it cannot be. */
export interface PlaceListing {
  /** Newest first. */
  readonly backups: readonly Omit<ListedBackup, 'checked'>[]
  readonly message: string | null
  /** As of a trial. */
  readonly seenHostKey: string | null
}

/** What became of trying a place. */
export interface PlaceTrial {
  readonly isGood: boolean
  readonly message: string | null
  readonly freeBytes: number | null
  /** The host key that a server shows and nobody has confirmed. */
  readonly seenHostKey: string | null
}

/** What a backup holds, as it is shown before it takes the place of a home. */
export interface BackupInside {
  readonly name: string
  /** Null where its place does not tell. */
  readonly bytes: number | null
  readonly madeAt: string
  readonly madeBy: string
  readonly platform: string
  readonly identities: readonly string[]
  readonly posts: number
  readonly followers: number
  readonly following: number
  readonly isWhole: boolean
}

export interface RestorePreview {
  readonly inside: BackupInside
  /** Handles of the home whose place it takes; none where it is not set up. */
  readonly replaces: readonly string[]
  /** Of that home: it is kept there. */
  readonly folder: string
}

/** What the supervisor answers when it is asked about its keeper. */
export type KeepingAnswer = KeeperState | BackupLocks | BackupsOverview | PlaceWithSecrets | BackupKeyAnswer
