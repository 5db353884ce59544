/** The present moment for what says how long something still takes; it moves on by itself. */
import { useEffect, useState } from 'react'

/** @param everyMs  null where nothing changes any more */
export function useNow(everyMs: number | null): Date {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    if (everyMs === null) return undefined
    const timer = setInterval(() => setNow(new Date()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
