/** Acts of the person that ask the home for something: whether one is on its way, and what went wrong. */
import { useRef, useState } from 'react'
import { type ApiFailure, toFailure } from '../api/failure.ts'

export interface Act {
  readonly isBusy: boolean
  /** Of those that were on their way together the first that is not tried again. */
  readonly failure: ApiFailure | null
  /** Whether one on this thing is on its way or waits. */
  readonly isAsked: (what: string) => boolean
  /**
   * Does it once what was asked for before is done. An act on the same thing that is on its way or waits counts once.
   * @param what  tells the things of a list apart; without it there is one thing
   * @returns whether it worked
   */
  readonly run: (work: () => Promise<unknown>, what?: string) => Promise<boolean>
  readonly forget: () => void
}

interface Failed {
  readonly what: string
  readonly failure: ApiFailure
}

const NOTHING: ReadonlySet<string> = new Set()

export function useAct(): Act {
  const [waiting, setWaiting] = useState<ReadonlySet<string>>(NOTHING)
  const [failed, setFailed] = useState<readonly Failed[]>([])
  const line = useRef<{ readonly asked: Set<string>; last: Promise<unknown> }>(null)
  line.current ??= { asked: new Set(), last: Promise.resolve() }
  const { current } = line
  const run = async (work: () => Promise<unknown>, what = ''): Promise<boolean> => {
    const { asked, last } = current
    if (asked.has(what)) return false
    const isFirst = asked.size === 0
    setFailed((known) => (isFirst ? [] : known.filter((one) => one.what !== what)))
    asked.add(what)
    setWaiting(new Set(asked))
    const mine = last.then(async () => {
      try {
        await work()
        return true
      } catch (error) {
        setFailed((known) => [...known, { what, failure: toFailure(error) }])
        return false
      } finally {
        asked.delete(what)
        setWaiting(new Set(asked))
      }
    })
    current.last = mine
    return mine
  }
  return {
    isBusy: waiting.size > 0,
    failure: failed[0]?.failure ?? null,
    isAsked: (what) => waiting.has(what),
    run,
    forget: () => setFailed([]),
  }
}
