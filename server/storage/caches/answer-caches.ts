/** What a process of the home answers when it is asked for its caches, or to empty one. */
import { CACHE_NAMES, type CacheName, type CacheQuestion, type EmptiedCache } from '../../contracts/caches.ts'
import { type Caches, statsOf } from './open-caches.ts'

export const isOfCaches = (question: string): question is CacheQuestion =>
  question === 'caches' || nameToClear(question) !== undefined

interface CachesOfProcess {
  readonly caches: Caches
  /** What was made of what they hold, and would outlive it. */
  readonly remoteMedia: { drop(): void }
}

/** @returns `NamedCacheStats[]` for `caches`, an `EmptiedCache` for the others */
export async function answerOfCaches(
  { caches, remoteMedia }: CachesOfProcess,
  question: CacheQuestion,
): Promise<unknown> {
  const name = nameToClear(question)
  if (name === undefined) return statsOf(caches)
  const left = await emptied(caches, name)
  remoteMedia.drop()
  return left
}

const nameToClear = (question: string): CacheName | undefined =>
  CACHE_NAMES.find((name) => question === `clear_${name}`)

export async function emptied(caches: Caches, name: CacheName): Promise<EmptiedCache> {
  const items = await caches[name].clear()
  const { scheme, isUp } = await caches[name].stats()
  return { name, items, scheme, isUp }
}
