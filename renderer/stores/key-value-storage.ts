/** What is kept in the browser between two visits. A full or forbidden storage loses comfort and nothing else. */

export interface KeyValueStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** @returns null when nothing is there or what is there is not JSON */
export function readStored(storage: KeyValueStorage, key: string): unknown {
  try {
    const text = storage.getItem(key)
    return text === null ? null : JSON.parse(text)
  } catch {
    return null // written by another version, or storage is forbidden
  }
}

/** @returns false when it could not be kept */
export function writeStored(storage: KeyValueStorage, key: string, value: unknown): boolean {
  try {
    if (value === null) storage.removeItem(key)
    else storage.setItem(key, JSON.stringify(value))
    return true
  } catch {
    return false // full or forbidden; the caller may say so
  }
}

/** Where the browser has none. */
export function memoryStorage(): KeyValueStorage {
  const kept = new Map<string, string>()
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }
}
