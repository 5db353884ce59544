/** The tables of what is brought along from elsewhere, as Kysely sees them. */
import type { Generated } from 'kysely'
import type { ImportKind } from '../contracts/import.ts'
import type { Json, Moment, Nullable, NullableMoment, StateColumns } from './column-types.ts'

/** What a line says besides whom or what it is about; what it does not say is left out. */
export interface ImportFacts {
  readonly showsBoosts?: boolean
  readonly notifies?: boolean
  readonly languages?: readonly string[]
  readonly hidesNotifications?: boolean
  /** Title of the list that somebody is on. */
  readonly list?: string
  readonly filter?: ImportedFilter
}

export interface ImportedFilter {
  readonly contexts: readonly string[]
  readonly action: string
  /** ISO 8601; null for never. */
  readonly expiresAt: string | null
  readonly keywords: ReadonlyArray<{ readonly keyword: string; readonly isWholeWord: boolean }>
  /** URIs of posts. */
  readonly posts: readonly string[]
}

interface ImportsTable extends StateColumns {
  id: Generated<string>
  actor_id: string
  kind: ImportKind
  overwrites: boolean
  digest: string
  entries: Generated<number>
  unseen: Generated<number>
  done: Generated<number>
  failed: Generated<number>
  repeated: Generated<number>
  removed: Generated<number>
  cleared_at: NullableMoment
  created_at: Moment
  finished_at: NullableMoment
}

interface ImportEntriesTable extends StateColumns {
  id: Generated<string>
  import_id: string
  line: number
  subject: string
  server: Nullable<string>
  host: Nullable<string>
  facts: Json<ImportFacts>
  target_id: Nullable<string>
  is_good: boolean
  is_seen: Generated<boolean>
  outcome: Nullable<'done' | 'failed'>
  reason: Nullable<string>
}

interface ArchiveImportsTable extends StateColumns {
  id: Generated<string>
  actor_id: string
  name: string
  digest: string
  former_uri: Nullable<string>
  reached: Generated<number>
  entries: Generated<number>
  done: Generated<number>
  failed: Generated<number>
  repeated: Generated<number>
  passed_over: Generated<number>
  files_done: Generated<number>
  files_failed: Generated<number>
  failure: Nullable<string>
  created_at: Moment
  finished_at: NullableMoment
}

interface ArchiveEntriesTable {
  id: Generated<string>
  import_id: string
  place: number
  published_at: Moment
  body: string
  subject: string
  attachment_ids: Nullable<string[]>
  outcome: Nullable<'done' | 'failed' | 'repeated'>
  reason: Nullable<string>
}

interface ImportedLinksTable {
  link: string
  post_id: string
}

interface ImportedReadsTable {
  post_id: string
}

export interface ImportTables {
  archive_imports: ArchiveImportsTable
  archive_entries: ArchiveEntriesTable
  imported_links: ImportedLinksTable
  imported_reads: ImportedReadsTable
  imports: ImportsTable
  import_entries: ImportEntriesTable
}
