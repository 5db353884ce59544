/** One item of a file cache, as the program and as the index have it. */
import type { ItemFacts } from './cache.ts'

/** Content is named by its SHA-512, items by the SHA-256 of their key, as cacache does. */
export interface ItemRow {
  readonly bucket: Buffer
  readonly key: string
  readonly digest: Buffer
  readonly size: number
  readonly facts: ItemFacts
  readonly usedAt: number
  /** Null where disuse alone ends it. */
  readonly expiresAt: number | null
}

/** As the index has it. */
export interface StoredRow {
  readonly bucket: Buffer
  readonly key: string
  readonly digest: Buffer
  readonly size: number
  readonly type: string
  readonly etag: string
  readonly note: string
  readonly stored_at: number
  readonly used_at: number
  readonly expires_at: number | null
  readonly source: string | null
}

export function rowFrom(row: StoredRow): ItemRow {
  return {
    bucket: row.bucket,
    key: row.key,
    digest: row.digest,
    size: row.size,
    facts: {
      type: row.type,
      etag: row.etag,
      storedAt: row.stored_at,
      ...(row.source === null ? {} : { source: row.source }),
      ...(row.note === '' ? {} : { note: JSON.parse(row.note) as NonNullable<ItemFacts['note']> }),
    },
    usedAt: row.used_at,
    expiresAt: row.expires_at,
  }
}
