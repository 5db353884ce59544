/** The way to what is newer and older. */
import { type Html, markup } from '../../../domain/text/markup.ts'
import { WORDS } from '../words.ts'

export interface PageLinks {
  readonly newer: string | null
  readonly older: string | null
}

export function pagerOf({ newer, older }: PageLinks): Html | false {
  if (newer === null && older === null) return false
  return markup`<nav class="pager" aria-label="${WORDS.paging.label}">${newer !== null && markup`<a href="${newer}" rel="prev">\u2190 ${WORDS.paging.newer}</a>`}${older !== null && markup`<a href="${older}" rel="next">${WORDS.paging.older} \u2192</a>`}</nav>`
}
