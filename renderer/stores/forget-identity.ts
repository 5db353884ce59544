/** What this browser kept of an identity that is deleted goes too: drafts, the reading place, deletions on their way. */
import { DELETIONS_KEY } from './deletions.ts'
import { DRAFTS_KEY, OPEN_DRAFT_KEY } from './drafts.ts'
import { storageOfIdentity } from './identity.ts'
import { type KeyValueStorage, writeStored } from './key-value-storage.ts'
import { READING_PLACE_KEY } from './own-place.ts'

const KEYS = [DRAFTS_KEY, OPEN_DRAFT_KEY, READING_PLACE_KEY, DELETIONS_KEY]

/** @param isOldest  it may have been used without being chosen: what stands without a name is its own as well */
export function forgetIdentity(storage: KeyValueStorage, id: string, isOldest: boolean): void {
  const parts = [storageOfIdentity(storage, id), ...(isOldest ? [storage] : [])]
  for (const part of parts) for (const key of KEYS) writeStored(part, key, null)
}
