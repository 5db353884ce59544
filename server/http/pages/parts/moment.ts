/** Moments as readers and machines want them. */
import { type Html, markup } from '../../../domain/text/markup.ts'
import { dayWord, momentWord } from '../words.ts'

/** The day; the minute when it is pointed at. */
export function dayTime(moment: string, role = ''): Html {
  return markup`<time class="${role}" datetime="${moment}" title="${momentWord(moment)}">${dayWord(moment)}</time>`
}

export function minuteTime(moment: string, role = ''): Html {
  return markup`<time class="${role}" datetime="${moment}">${momentWord(moment)}</time>`
}
