/** What a backup says of itself, in its first entry and in its last. */
import type { SnapshotFacts } from '../../db/copies/snapshot.ts'
import type { RowDigest } from '../../db/row-digest.ts'
import type { SequenceState, TableShape } from '../../db/table-shapes.ts'

/** First entry: enough to show what is inside. */
export const ABOUT_ENTRY = 'about.json'
/** Last entry: a backup without it is cut off. */
export const MANIFEST_ENTRY = 'manifest.json'
/** `appliance.sqlite` with its secrets in plain, for they lie sealed by the backup itself. */
export const SETTINGS_ENTRY = 'settings.sqlite'
/** Secrets of the home: `secrets/…`, in plain as well. */
export const SECRETS_FOLDER = 'secrets/'
/** Own media of a whole backup: `media/…` with their keys. */
export const MEDIA_FOLDER = 'media/'
/** Parts of the text of COPY: `tables/posts/000001`. They are joined in order. */
export const TABLES_FOLDER = 'tables/'
/** Lines of `MediaLine`, in parts as of a table. */
export const MEDIA_LIST_FOLDER = 'media-list/'

export interface BackupAbout extends SnapshotFacts {
  readonly format: 1
  readonly madeAt: string
  readonly madeBy: string
  /** Of the machine: a backup is restored on any other as well. */
  readonly platform: string
  readonly isWhole: boolean
  /** In the order in which they come. */
  readonly tables: readonly TableShape[]
}

export type ManifestTable = TableShape & RowDigest

export interface ManifestFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

export interface MediaLine {
  /** Its key in the media store, which has the hash of the content. */
  readonly key: string
  readonly bytes: number
  /** Name of the sealed object beside the backup; null where it is inside. */
  readonly object: string | null
}

export interface BackupManifest {
  readonly about: BackupAbout
  readonly tables: readonly ManifestTable[]
  readonly sequences: readonly SequenceState[]
  readonly files: readonly ManifestFile[]
  readonly media: {
    readonly files: number
    readonly bytes: number
    /** Of the list. */
    readonly sha256: string
    /** Keys that the database names and the store does not have, or has with another content; the first thousand. */
    readonly missing: readonly string[]
  }
}

export const TABLE_PART = /^tables\/([a-z0-9_]+)\/(\d{6})$/
