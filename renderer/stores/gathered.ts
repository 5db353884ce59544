/** Many small changes as one. */

/**
 * @param take  gets what came within the time, in its order
 * @param withinMs  from the first of them on
 */
export function gathered<T>(take: (all: readonly T[]) => void, withinMs: number): (one: T) => void {
  let waiting: T[] = []
  const end = (): void => {
    const all = waiting
    waiting = []
    take(all)
  }
  return (one) => {
    if (waiting.length === 0) setTimeout(end, withinMs)
    waiting.push(one)
  }
}
