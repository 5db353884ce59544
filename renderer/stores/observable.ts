/** A value that can be watched; what `useSyncExternalStore` wants, without React. */

export interface Observable<T> {
  get(): T
  subscribe(listener: () => void): () => void
}

export interface Store<T> extends Observable<T> {
  /** Tells nobody when the value is the same one. */
  set(value: T): void
  update(change: (value: T) => T): void
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial
  const listeners = new Set<() => void>()
  const set = (next: T): void => {
    if (Object.is(next, value)) return
    value = next
    for (const listener of listeners) listener()
  }
  return {
    get: () => value,
    set,
    update: (change) => set(change(value)),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
