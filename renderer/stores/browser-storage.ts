/** What this browser keeps, for as long as it wants. */
import { type KeyValueStorage, memoryStorage } from './key-value-storage.ts'

/** Browsers may forbid it. */
export function browserStorage(): KeyValueStorage {
  try {
    return window.localStorage
  } catch {
    return memoryStorage()
  }
}
