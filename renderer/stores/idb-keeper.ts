/** Keeps the home in the browser's database. A browser that forbids it keeps nothing. */
import { type IDBPDatabase, openDB } from 'idb'
import { type HomeKeeper, type KeptFacts, NO_KEEPER } from './kept-home.ts'

const DATABASE = 'homebird'
const STORE = 'kept'

export function openIdbKeeper(): HomeKeeper {
  if (typeof indexedDB === 'undefined') return NO_KEEPER
  let opened: Promise<IDBPDatabase | null> | null = null
  const database = async (): Promise<IDBPDatabase | null> => {
    opened ??= openDB(DATABASE, 1, {
      upgrade: (fresh) => void fresh.createObjectStore(STORE),
      terminated: () => (opened = null),
    }).catch(() => null)
    return opened
  }
  return {
    read: async <Name extends keyof KeptFacts>(name: Name): Promise<KeptFacts[Name] | null> => {
      const found: unknown = await (await database())?.get(STORE, name).catch(() => null)
      return (found ?? null) as KeptFacts[Name] | null
    },
    write: async (name, value) => {
      await (await database())?.put(STORE, value, name).catch(() => undefined)
    },
    clear: async () => {
      await (await database())?.clear(STORE).catch(() => undefined)
    },
  }
}
