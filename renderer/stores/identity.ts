/**
 * Whom this browser reads and writes as: the owner's oldest identity, or the one that was chosen here. What one has begun to
 * write, and where it has read to, is kept apart from what the others have.
 */
import { type KeyValueStorage, readStored, writeStored } from './key-value-storage.ts'

const KEY = 'homebird.identity'

/** @returns null: the oldest, which the home takes by itself */
export function chosenIdentity(storage: KeyValueStorage): string | null {
  const stored = readStored(storage, KEY)
  return typeof stored === 'string' && /^\d{1,20}$/.test(stored) ? stored : null
}

/** Counts from the next start of the window on. @param id  null: the oldest */
export function chooseIdentity(storage: KeyValueStorage, id: string | null): void {
  writeStored(storage, KEY, id)
}

/** A part of the storage that no other identity reads. The oldest has had all of it before there were others. */
export function storageOfIdentity(storage: KeyValueStorage, id: string | null): KeyValueStorage {
  if (id === null) return storage
  const name = (key: string): string => `identity ${id} ${key}`
  return {
    getItem: (key) => storage.getItem(name(key)),
    setItem: (key, value) => storage.setItem(name(key), value),
    removeItem: (key) => storage.removeItem(name(key)),
  }
}
