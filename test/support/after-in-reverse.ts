/** Closes what a test has opened, in reverse: hooks of the runner run in the order they were added. */
import type { TestContext } from 'node:test'

type Close = () => unknown

const opened = new WeakMap<TestContext, Close[]>()

/** Every close runs, whatever the others do; the first failure is that of the test. */
export function afterInReverse(t: TestContext, close: Close): void {
  const known = opened.get(t)
  if (known !== undefined) {
    known.push(close)
    return
  }
  const closes: Close[] = [close]
  opened.set(t, closes)
  t.after(async () => {
    const failures: unknown[] = []
    for (const next of closes.toReversed()) {
      try {
        await next()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  })
}
