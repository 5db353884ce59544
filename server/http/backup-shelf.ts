/** What a server does with backups that lie in a place: it looks, gives out and removes. Making them is the keeper's. */
import type { Readable } from 'node:stream'
import type { BackupInside, ListedBackup, PlaceListing, PlaceTrial } from '../contracts/backups.ts'
import type { BackupSource } from '../contracts/keeping.ts'

/** Places are given as addresses of the settings, with their secrets. */
export interface BackupShelf {
  /** Newest first. @throws HomebirdError UNAVAILABLE, UNPROCESSABLE */
  list(address: string): Promise<Omit<ListedBackup, 'checked'>[]>
  /** As `list`, of a place that is none of the settings; what is in the way is told, and nothing of it is kept. */
  find(address: string): Promise<PlaceListing>
  /** As it lies there: sealed. @throws HomebirdError NOT_FOUND, UNAVAILABLE */
  read(address: string, name: string): Promise<{ readonly bytes: number; readonly content: Readable }>
  remove(address: string, name: string): Promise<void>
  /** Writes, finds, reads and removes something small. */
  try(address: string): Promise<PlaceTrial>
  /**
   * Opens it as far as its first entry.
   * @param keys  the home's own key, and the words that were given; one of them has to open it
   * @throws HomebirdError NOT_FOUND, UNAVAILABLE, DOCUMENT_INVALID; FORBIDDEN where neither opens it; SCHEMA_NEWER for one of a newer
   *   Homebird
   */
  look(
    from: BackupSource,
    keys: { readonly key: string | null; readonly words: string | null },
  ): Promise<BackupInside>
  /** Of a new key for a server over SFTP. */
  makeKey(): Promise<{ readonly privateKey: string; readonly publicKey: string }>
}
