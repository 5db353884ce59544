/**
 * Files that one machine of a home puts down and another takes up: uploads until they were looked at, exports until they are
 * fetched, archives until they were taken in. A port; where all machines see one folder, or there is but one, none is needed.
 */
import type { Readable } from 'node:stream'
import type { FoundFile, ListedFile } from './media-store.ts'

export const SHARED_FOLDERS = ['incoming', 'exports', 'archives'] as const

export type SharedFolder = (typeof SHARED_FOLDERS)[number]

/** Such as `exports/123`: a folder, and letters and digits. */
export type SharedName = `${SharedFolder}/${string}`

const NAME = new RegExp(`^(?:${SHARED_FOLDERS.join('|')})/[0-9a-z]{1,64}$`)

export const isSharedName = (key: string): key is SharedName => NAME.test(key)

export interface FileHere {
  readonly path: string
  readonly size: number
}

/** Each throws HomebirdError STORAGE_UNREACHABLE when the store does not answer, refuses, or gives what is not what was put. */
export interface SharedFiles {
  /** Puts a file of this machine, which stays; one of that name is replaced. No more than a few parts of it are in memory. */
  put(name: SharedName, file: FileHere, signal?: AbortSignal): Promise<void>
  /** Null where there is no such file. */
  find(name: SharedName): Promise<FoundFile | null>
  /** Null where there is no such file. The stream is the caller's to read or destroy. */
  open(name: SharedName, signal?: AbortSignal): Promise<Readable | null>
  /** One that is not there is gone already. */
  remove(name: SharedName): Promise<void>
  /** In no order. */
  list(folder: SharedFolder): AsyncIterable<ListedFile & { readonly key: SharedName }>
  /** Takes away what was begun before this moment and never brought to its end. @returns how many it were */
  removeLeftovers(before: Date): Promise<number>
  close(): Promise<void>
}
