/**
 * HTML from templates: whatever is put into one is escaped, unless it was made by one itself or was sanitised. The tag is
 * not called `html`, or the formatter would write blanks between what is to stand together.
 */
import { escapeHtml } from './escape-html.ts'

/** Markup of ours, safe to be written as it is. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Piece = string | number | Html | null | false | readonly Piece[]

export const NOTHING = new Html('')

/** Null and false are nothing, lists are written one after the other. */
export function markup(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  let text = parts[0] ?? ''
  for (const [place, piece] of pieces.entries()) text += written(piece) + (parts[place + 1] ?? '')
  return new Html(text)
}

function written(piece: Piece): string {
  if (typeof piece === 'string') return escapeHtml(piece)
  if (piece instanceof Html) return piece.text
  if (piece === null || piece === false) return ''
  return typeof piece === 'number' ? String(piece) : piece.map(written).join('')
}

/** @param text  what the sanitiser let through */
export const sanitised = (text: string): Html => new Html(text)
