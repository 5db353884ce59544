/**
 * Long work of the home on its own data: backups, their proof, restoring, the move to another PostgreSQL, taking another server over. It is done by a
 * keeper, a process of its own that the supervisor starts for one job, so that neither server nor worker feels it.
 */

import type { AdoptionOrder } from './adoption-order.ts'
import type { DatabaseConnection } from './database-connection.ts'
import type { Lease, PairedDoor } from './hand-over.ts'

export type KeeperTask = 'backup' | 'verify' | 'restore' | 'upgrade' | 'adopt' | 'hand_over'

/** How far a job has come. */
export interface KeeperProgress {
  readonly task: KeeperTask
  /** What it does now, as an identifier: the reader has the words. */
  readonly step: string
  readonly done: number
  /** Null while it is not known. */
  readonly total: number | null
  readonly unit: 'bytes' | 'rows' | 'files'
  readonly startedAt: string
}

/** How a job has ended. */
export interface KeeperOutcome {
  readonly task: KeeperTask
  readonly result: 'done' | 'failed' | 'cancelled'
  readonly endedAt: string
  readonly startedAt: string
  /** What it was about: the name of a backup, the version of a database. */
  readonly subject: string | null
  /** A sentence with the value, the limit and the remedy where it failed; never private text. */
  readonly message: string | null
  /** Id of the place of a backup; it is none where the job has no place. */
  readonly place?: string | null
  /** Of a proof: whether media beside the backup were read too. */
  readonly isThorough?: boolean
  /** Of a proof that failed: whether the backup is of no use. It is not where only the place or the database was out of reach. */
  readonly isRefuted?: boolean
}

/** What the supervisor tells of its keeper. */
export interface KeeperState {
  readonly running: KeeperProgress | null
  /** Newest first. */
  readonly ended: readonly KeeperOutcome[]
}

/**
 * The backup key, shut up so that words open it: those of the owner's passphrase, or the recovery code of the recovery sheet.
 * It stands in the head of every backup and says nothing without the words.
 */
export interface KeyLock {
  readonly by: 'passphrase' | 'recovery'
  /** Argon2id. Bytes are base64url. */
  readonly salt: string
  readonly memoryKib: number
  readonly passes: number
  readonly nonce: string
  /** The key and the tag of AES-256-GCM. */
  readonly shut: string
}

/** What opens the backups of this home: base64url, 256 bits, and whatever opens the key elsewhere. */
export interface BackupKeys {
  readonly key: string
  readonly locks: readonly KeyLock[]
}

/** As whom scratch databases are made; null for the home itself, where it may. */
interface MakesScratch {
  readonly admin: DatabaseConnection | null
}

/**
 * What a keeper is to do, with all that it needs. Never in arguments or environment: it holds keys. A place is its address
 * as in the settings, with credentials: `own`, an absolute path, or a URL.
 */
export type KeeperJob =
  | (MakesScratch & {
      readonly task: 'backup'
      readonly place: string
      readonly keys: BackupKeys
      /** One file with every medium inside; else media lie beside it, and those that lie there already are not sent again. */
      readonly isWhole: boolean
      /** Whether it is proven by restoring it into a scratch database at once. */
      readonly isVerified: boolean
    })
  | (MakesScratch & {
      readonly task: 'verify'
      readonly place: string
      readonly keys: BackupKeys
      /** Name of the backup in its place. */
      readonly name: string
      /** Whether media beside it are read too, and not only looked for. */
      readonly isThorough?: boolean
    })
  | RestoreJob
  /** Takes another server over into the home of the start message. */
  | AdoptionOrder
  | HandOverJob
  | {
      readonly task: 'upgrade'
      /** The database of the older PostgreSQL; the other is that of the start message. */
      readonly source: DatabaseConnection
      /** Its major version, and that of the other. */
      readonly from: string
      readonly to: string
    }

/** Gives the home to the machine that has the code. */
export interface HandOverJob {
  readonly task: 'hand_over'
  readonly door: PairedDoor
  /** Where its port is taken another will do. */
  readonly mayMove: boolean
  readonly keys: BackupKeys
  /** Of the code, hexadecimal; null where the code is used up. */
  readonly secret: string | null
  /** Until then somebody has to come with the code. */
  readonly expiresAt: string
  /** How long the other may be silent before this home goes on by itself. */
  readonly patienceMs: number
  /** Where the word is given already and the other has not said that it knows. */
  readonly given: { readonly peer: string; readonly ticketHash: string } | null
}

/** Fills a home in the making; its database is that of the start message. */
export interface RestoreJob {
  readonly task: 'restore'
  readonly from: BackupSource
  /** This home's own backup key, for what was made here; null where there is none. */
  readonly key: string | null
  /** The passphrase, or the recovery code. */
  readonly words: string | null
  /** Its folder: settings, secrets and media are laid there. */
  readonly into: string
  /** Where media of this home lie: what is there already need not be brought. */
  readonly mediaFolder: string
  /** The home was paused when it was made, and is silent from then on: what waits has not gone out since. */
  readonly keepsQueue?: boolean
  /** What stands here has said farewell: others took it for deleted. */
  readonly hasLeft?: boolean
}

/** Where a backup lies: its place and its name there, or a file of this machine, with its media beside it. */
export type BackupSource = { readonly place: string; readonly name: string } | { readonly file: string }

/** What somebody wants done; the supervisor adds keys and credentials. */
export type KeeperOrder =
  /** @see KeeperJob; without a place into the first of the settings */
  | {
      readonly task: 'backup'
      readonly place?: string | null
      readonly isWhole?: boolean
      readonly isVerified?: boolean
    }
  | {
      readonly task: 'verify'
      readonly place?: string | null
      readonly name: string
      readonly isThorough?: boolean
    }
  | AdoptionOrder
  | RestoreOrder

/** The home goes on until the restored one is whole beside it; then it stops, and is opened again as that one. */
export interface RestoreOrder {
  readonly task: 'restore'
  /** A place by its name in the settings or as an address. */
  readonly from: BackupSource
  /** The passphrase, or the recovery code; null where the home's own key opens it. */
  readonly words: string | null
  /** Of a home that another computer gives: its backup key, and why the restored one is silent at first. */
  readonly given?: { readonly key: string; readonly lease: Lease }
}

/** Which words open the backups of this home, beside its own secrets. */
export type BackupLocks = Readonly<Record<KeyLock['by'], boolean>>

/** What the supervisor is asked about its keeper, by a command or by way of a server. */
export type KeepingRequest =
  /** Answered with `KeeperState`. */
  | { readonly kind: 'keeping'; readonly ask: 'state' }
  /** Answered with `KeeperState`; refused while another job runs. */
  | { readonly kind: 'keeping'; readonly ask: 'start'; readonly order: KeeperOrder }
  /** Answered with `KeeperState` at once; the job ends within some seconds. */
  | { readonly kind: 'keeping'; readonly ask: 'cancel' }
  /** Answered with `BackupLocks`. */
  | { readonly kind: 'keeping'; readonly ask: 'locks' }
  /** Has the words open every backup that is made from now on; null takes them away. Answered with `BackupLocks`. */
  | {
      readonly kind: 'keeping'
      readonly ask: 'lock'
      readonly by: KeyLock['by']
      readonly words: string | null
    }
  /** Answered with `BackupsOverview`. */
  | { readonly kind: 'keeping'; readonly ask: 'backups' }
  /** Values as in the settings; null takes one back. Answered with `BackupsOverview`. */
  | {
      readonly kind: 'keeping'
      readonly ask: 'backup_settings'
      readonly at?: string | null
      readonly keep?: string | null
    }
  /** An address as in the settings, with its secrets; one of the same place replaces it. Answered with `BackupsOverview`. */
  | { readonly kind: 'keeping'; readonly ask: 'add_place'; readonly address: string }
  /** What lies there stays. Answered with `BackupsOverview`. */
  | { readonly kind: 'keeping'; readonly ask: 'remove_place'; readonly place: string }
  /** Of the settings alone. Answered with `PlaceWithSecrets`. */
  | { readonly kind: 'keeping'; readonly ask: 'place'; readonly place: string }
  /** What opens the backups of this home. Answered with `BackupKeyAnswer`. */
  | { readonly kind: 'keeping'; readonly ask: 'key' }

export interface BackupKeyAnswer {
  readonly key: string
}

export interface PlaceWithSecrets {
  readonly id: string
  readonly address: string
}
