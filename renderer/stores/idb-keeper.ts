/** Keeps the home in the browser's database. A browser that forbids it keeps nothing. */
import { type IDBPDatabase, openDB } from 'idb'
import { type HomeKeeper, type KeptFacts, NO_KEEPER } from './kept-home.ts'

const DATABASE = 'homebird'
const STORE = 'kept'

/** @param identityId  each has its own; whoever signs out leaves none behind */
export function openIdbKeeper(identityId: string | null): HomeKeeper {
  if (typeof indexedDB === 'undefined') return NO_KEEPER
  const keyOf = (name: string): string => (identityId === null ? name : `${identityId} ${name}`)
  let opened: Promise<IDBPDatabase | null> | null = null
  const database = async (): Promise<IDBPDatabase | null> => {
    opened ??= openDB(DATABASE, 1, {
      upgrade: (fresh) => void fresh.createObjectStore(STORE),
      terminated: () => (opened = null),
    }).catch(() => null)
    return opened
  }
  return {
    // What is kept is a copy: where it cannot be read or written, the home has it, and is asked as in a new browser.
    read: async <Name extends keyof KeptFacts>(name: Name): Promise<KeptFacts[Name] | null> => {
      const found: unknown = await (await database())?.get(STORE, keyOf(name)).catch(() => null)
      return (found ?? null) as KeptFacts[Name] | null
    },
    write: async (name, value) => {
      await (await database())?.put(STORE, value, keyOf(name)).catch(() => undefined)
    },
    clear: async () => {
      await (await database())?.clear(STORE).catch(() => undefined)
    },
  }
}
