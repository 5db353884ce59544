/** The time that a step of long work will still take, in the reader's words; looked at anew with each of its figures. */
import { useState } from 'react'
import { formatSpan } from '../formatting/amounts.ts'
import { type StepAmount, TimeLeft } from '../stores/time-left.ts'
import { useText } from './use-text.ts'

/** @returns "40 sec"; null while nothing can be said */
export function useTimeLeft(amount: StepAmount): string | null {
  const t = useText()
  const [pace] = useState(() => new TimeLeft())
  const seconds = pace.look(amount)
  return seconds === null ? null : formatSpan(t.locale, seconds)
}
