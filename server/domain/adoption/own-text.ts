/** From the HTML in which the old server kept what its people wrote, back to what they typed. */
import { type HtmlAttribute, type HtmlVisitor, visitHtml } from '../text/html-tokens.ts'
import { escapeHtml } from '../text/escape-html.ts'
import { htmlToPlainText } from '../text/plain-text.ts'

/** Keeps the structure, and writes links as what they lead to: the shown text may be shortened. */
class LinkUnfolder implements HtmlVisitor {
  readonly #parts: string[] = []
  #link: { readonly href: string; text: string } | null = null

  startTag(name: string, attributes: readonly HtmlAttribute[]): void {
    if (name === 'a') {
      this.#closeLink()
      this.#link = { href: attributes.find((each) => each.name === 'href')?.value ?? '', text: '' }
    } else this.#parts.push(`<${name}>`)
  }

  endTag(name: string): void {
    if (name === 'a') this.#closeLink()
    else if (this.#link === null) this.#parts.push(`</${name}>`)
  }

  text(text: string): void {
    if (this.#link === null) this.#parts.push(escapeHtml(text))
    else this.#link.text += text
  }

  toString(): string {
    this.#closeLink()
    return this.#parts.join('')
  }

  #closeLink(): void {
    if (this.#link === null) return
    const { href, text } = this.#link
    this.#link = null
    this.#parts.push(escapeHtml(typedOf(href, text)))
  }
}

function typedOf(href: string, shown: string): string {
  const text = shown.trim()
  // Mentions and hashtags are known by their text; what is no address of the web is not written out.
  if (/^[@#]/.test(text) || !/^https?:\/\//i.test(href)) return shown
  const isAddress = text === '' || /^(?:https?:\/\/)?[^\s/]+\.[^\s]+$/i.test(text)
  return isAddress ? href : `${shown} ${href}`
}

export function typedText(html: string): string {
  const unfolder = new LinkUnfolder()
  visitHtml(html, unfolder)
  return htmlToPlainText(unfolder.toString())
}
