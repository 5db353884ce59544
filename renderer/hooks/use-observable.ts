/** Reads stores so that a page is drawn anew when they change. */
import { useCallback, useSyncExternalStore } from 'react'
import type { Observable } from '../stores/observable.ts'
import type { StoredPost } from '../stores/posts.ts'
import { useServices } from './use-services.ts'

export function useObservable<T>(store: Observable<T>): T {
  const subscribe = useCallback((listener: () => void) => store.subscribe(listener), [store])
  return useSyncExternalStore(subscribe, () => store.get())
}

/** The post of an id, undefined while the window does not know it. */
export function usePost(id: string): StoredPost | undefined {
  const { posts } = useServices()
  const subscribe = useCallback((listener: () => void) => posts.subscribe(id, listener), [posts, id])
  return useSyncExternalStore(subscribe, () => posts.get(id))
}

/** The post that an entry of a list shows: the boosted one for a boost. */
export function useShownPost(id: string): { entry: StoredPost | undefined; post: StoredPost | undefined } {
  const entry = usePost(id)
  const carried = usePost(entry?.boostOfId ?? id)
  return { entry, post: entry === undefined ? undefined : carried }
}
