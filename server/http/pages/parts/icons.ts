/** Small drawings beside words; they say nothing that the words do not. */
import { type Html, markup } from '../../../domain/text/markup.ts'

const icon = (path: Html): Html => markup`<svg viewBox="0 0 24 24" aria-hidden="true">${path}</svg>`

export const BOOST = icon(
  markup`<path d="M4 12V9a3 3 0 0 1 3-3h11m0 0-3-3m3 3-3 3M20 12v3a3 3 0 0 1-3 3H6m0 0 3 3m-3-3 3-3"/>`,
)
export const PIN = icon(markup`<path d="M9 3h6l-1 6 4 4H6l4-4zM12 13v8"/>`)
export const REPLY = icon(markup`<path d="M10 5 4 11l6 6M4 11h9a7 7 0 0 1 7 7v1"/>`)
export const CHECK = icon(markup`<path d="m5 13 4.500 4.500L19 8"/>`)
