/** HTML as plain text: for search, notifications, previews and for counting. */
import { cleanText } from './clean-text.ts'
import { DROPPED_ELEMENTS, VOID_ELEMENTS } from './html-elements.ts'
import { visitHtml } from './html-tokens.ts'
import type { HtmlAttribute, HtmlVisitor } from './html-tokens.ts'

/** How many line ends stand before and after an element. */
const LINE_ENDS: ReadonlyMap<string, number> = new Map([
  ...[
    'p',
    'blockquote',
    'pre',
    'ul',
    'ol',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'table',
    'dl',
    'hr',
    'figure',
  ].map((name) => [name, 2] as const),
  ...['li', 'div', 'section', 'article', 'header', 'footer', 'tr', 'dt', 'dd', 'figcaption', 'address'].map(
    (name) => [name, 1] as const,
  ),
])

class PlainTextWriter implements HtmlVisitor {
  readonly #parts: string[] = []
  #lineEnds = 0
  #blank = false
  #preformatted = 0
  #dropped: { readonly name: string; depth: number } | null = null

  startTag(name: string, attributes: readonly HtmlAttribute[], selfClosing: boolean): void {
    if (this.#dropped !== null) {
      if (name === this.#dropped.name) this.#dropped.depth += 1
    } else if (DROPPED_ELEMENTS.has(name)) {
      if (!VOID_ELEMENTS.has(name) && !selfClosing) this.#dropped = { name, depth: 1 }
    } else if (name === 'br') {
      this.#lineEnds += 1
    } else if (name === 'img') {
      this.text(attributes.find((attribute) => attribute.name === 'alt')?.value ?? '')
    } else {
      if (name === 'pre') this.#preformatted += 1
      this.#endLine(name)
    }
  }

  endTag(name: string): void {
    if (this.#dropped !== null) {
      if (name === this.#dropped.name && --this.#dropped.depth === 0) this.#dropped = null
      return
    }
    if (name === 'pre' && this.#preformatted > 0) this.#preformatted -= 1
    this.#endLine(name)
  }

  text(text: string): void {
    if (this.#dropped !== null) return
    if (this.#preformatted > 0) {
      this.#flush(false)
      this.#parts.push(text)
      return
    }
    const collapsed = text.replace(/[\t\n\f\r ]+/g, ' ')
    const startsBlank = collapsed.startsWith(' ')
    const words = collapsed.trim()
    if (words === '') {
      this.#blank ||= startsBlank
      return
    }
    this.#flush(startsBlank)
    this.#parts.push(words)
    this.#blank = collapsed.endsWith(' ')
  }

  toString(): string {
    return this.#parts.join('').trim()
  }

  #endLine(name: string): void {
    this.#lineEnds = Math.max(this.#lineEnds, LINE_ENDS.get(name) ?? 0)
  }

  #flush(blankBefore: boolean): void {
    if (this.#parts.length > 0) {
      if (this.#lineEnds > 0) this.#parts.push('\n'.repeat(Math.min(this.#lineEnds, 2)))
      else if (this.#blank || blankBefore) this.#parts.push(' ')
    }
    this.#lineEnds = 0
    this.#blank = false
  }
}

/**
 * The text of an HTML fragment: paragraphs are separated by an empty line, `br` and list items by a line end, images are their
 * alternative text, scripts and styles are gone. The result is text: escape it before it becomes HTML again.
 */
export function htmlToPlainText(html: string): string {
  if (!html.includes('<') && !html.includes('&')) return cleanText(html).trim()
  const writer = new PlainTextWriter()
  visitHtml(cleanText(html), writer)
  return writer.toString()
}
