/** The time that a step of long work will still take, in the reader's words; looked at anew with each of its figures. */
import { useEffect, useState } from 'react'
import { formatSpan } from '../formatting/amounts.ts'
import { type StepAmount, TimeLeft } from '../stores/time-left.ts'
import { useText } from './use-text.ts'

/** @returns "40 sec"; null while nothing can be said */
export function useTimeLeft({ step, done, total }: StepAmount): string | null {
  const t = useText()
  const [pace] = useState(() => new TimeLeft())
  const [seconds, setSeconds] = useState<number | null>(null)
  useEffect(() => setSeconds(pace.look({ step, done, total }, Date.now())), [pace, step, done, total])
  return seconds === null ? null : formatSpan(t.locale, seconds)
}
