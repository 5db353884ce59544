/** One act of the person that asks the home for something: whether it is on its way, and what went wrong. */
import { useState } from 'react'
import { type ApiFailure, toFailure } from '../api/failure.ts'

export interface Act {
  readonly isBusy: boolean
  readonly failure: ApiFailure | null
  /** One at a time. @returns whether it worked */
  readonly run: (work: () => Promise<unknown>) => Promise<boolean>
  readonly forget: () => void
}

export function useAct(): Act {
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    if (isBusy) return false
    setBusy(true)
    setFailure(null)
    try {
      await work()
      return true
    } catch (error) {
      setFailure(toFailure(error))
      return false
    } finally {
      setBusy(false)
    }
  }
  return { isBusy, failure, run, forget: () => setFailure(null) }
}
