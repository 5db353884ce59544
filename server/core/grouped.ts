/**
 * Makes one call of many, without a timer: what is asked while one call is in flight is the next call. The first waits
 * only for what is asked in the same turn of the event loop.
 */

interface Waiting<In, Out> {
  readonly item: In
  readonly resolve: (value: Out) => void
  readonly reject: (error: unknown) => void
}

/**
 * @param most  items of one call
 * @param work  gives one result for each item, in their order; what it throws reaches everybody in the group
 */
export function grouped<In, Out>(
  most: number,
  work: (items: readonly In[]) => Promise<readonly Out[]>,
): (item: In) => Promise<Out> {
  let waiting: Waiting<In, Out>[] = []
  let isRunning = false
  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, most)
      waiting = waiting.slice(most)
      try {
        const results = await work(group.map(({ item }) => item))
        for (const [index, one] of group.entries()) one.resolve(results[index] as Out)
      } catch (error) {
        for (const one of group) one.reject(error)
      }
    }
    isRunning = false
  }
  return async (item) =>
    new Promise<Out>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (isRunning) return
      isRunning = true
      setImmediate(() => void run())
    })
}
