/** Acts of the person that ask the home for something: whether one is on its way, and what went wrong. */
import { useRef, useState } from 'react'
import { type ApiFailure, toFailure } from '../api/failure.ts'

export interface Act {
  readonly isBusy: boolean
  readonly failure: ApiFailure | null
  /**
   * Does it once what was asked for before is done. An act on the same thing that is on its way or waits counts once.
   * @param what  tells the things of a list apart; without it there is one thing
   * @returns whether it worked
   */
  readonly run: (work: () => Promise<unknown>, what?: string) => Promise<boolean>
  readonly forget: () => void
}

export function useAct(): Act {
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const line = useRef<{ readonly asked: Set<string>; last: Promise<unknown> }>(null)
  line.current ??= { asked: new Set(), last: Promise.resolve() }
  const { current } = line
  const run = async (work: () => Promise<unknown>, what = ''): Promise<boolean> => {
    const { asked, last } = current
    if (asked.has(what)) return false
    if (asked.size === 0) setFailure(null)
    asked.add(what)
    setBusy(true)
    const mine = last.then(async () => {
      try {
        await work()
        return true
      } catch (error) {
        setFailure(toFailure(error))
        return false
      } finally {
        asked.delete(what)
        setBusy(asked.size > 0)
      }
    })
    current.last = mine
    return mine
  }
  return { isBusy, failure, run, forget: () => setFailure(null) }
}
