/** What was searched for lately, in this browser and nowhere else. */
import { type KeyValueStorage, readStored, writeStored } from './key-value-storage.ts'

const KEY = 'homebird.recent-searches'
const MOST = 8

export function readRecentSearches(storage: KeyValueStorage): readonly string[] {
  const stored = readStored(storage, KEY)
  if (!Array.isArray(stored)) return []
  return stored.filter((words): words is string => typeof words === 'string' && words !== '').slice(0, MOST)
}

/** The newest first, each once. */
export function rememberSearch(storage: KeyValueStorage, words: string): void {
  const others = readRecentSearches(storage).filter((other) => other !== words)
  writeStored(storage, KEY, [words, ...others].slice(0, MOST))
}

export function forgetSearches(storage: KeyValueStorage): void {
  writeStored(storage, KEY, [])
}
