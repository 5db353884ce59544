/** Joins two connections byte by byte, each as fast as the other takes them, and each end closed as it is. */
import type { Duplex } from 'node:stream'

/** Calls `ended` once, when both are gone. */
export function joinStreams(one: Duplex, other: Duplex, ended: () => void): void {
  let open = 2
  const gone = (): void => {
    open -= 1
    if (open === 0) ended()
  }
  const end = (from: Duplex, to: Duplex): void => {
    from.pipe(to)
    from.once('error', () => to.destroy())
    from.once('close', () => {
      // What was written before the end is still delivered; what never ended is cut.
      if (!from.readableEnded) to.destroy()
      gone()
    })
  }
  end(one, other)
  end(other, one)
}
