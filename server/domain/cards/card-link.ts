/** Which link of a post its card is of. */
import { type RemoteUrl, findRemoteUrl } from '../../net/origin.ts'
import { VOID_ELEMENTS } from '../text/html-elements.ts'
import { type HtmlAttribute, type HtmlVisitor, visitHtml } from '../text/html-tokens.ts'

/** A link that comes later is no reason for a card. */
const SEARCHED_CHARACTERS = 65_536
/** Links to people and to hashtags, as fediverse software marks them. */
const NAMING_CLASSES: ReadonlySet<string> = new Set(['mention', 'hashtag', 'u-url', 'h-card'])
/** Servers whose marks do not survive the sanitizer still write the signs. */
const NAMING_SIGN = /^\s*[@#＠＃]/

/**
 * The first link that is neither a mention, a hashtag, nor the address of a quoted post. Whether a post has media or a poll
 * makes no difference, as on Mastodon: what is shown beside what is for the app to decide.
 * @param html  sanitised
 * @param isEligible  asked for https links only
 */
export function cardLinkOf(html: string, isEligible: (url: RemoteUrl) => boolean): RemoteUrl | null {
  if (!html.includes('<a ')) return null
  const finder = new LinkFinder(isEligible)
  visitHtml(html.slice(0, SEARCHED_CHARACTERS), finder)
  return finder.found
}

class LinkFinder implements HtmlVisitor {
  readonly #isEligible: (url: RemoteUrl) => boolean
  found: RemoteUrl | null = null
  #open: { readonly url: RemoteUrl; text: string } | null = null
  /** Elements that are open from the one that stands for a quote on. */
  #quoteDepth = 0

  constructor(isEligible: (url: RemoteUrl) => boolean) {
    this.#isEligible = isEligible
  }

  startTag(name: string, attributes: readonly HtmlAttribute[]): void {
    if (this.found !== null || VOID_ELEMENTS.has(name)) return
    const classes = valueOf(attributes, 'class').split(' ')
    if (this.#quoteDepth > 0 || classes.includes('quote-inline')) this.#quoteDepth += 1
    if (name !== 'a' || this.#quoteDepth > 0 || classes.some((one) => NAMING_CLASSES.has(one))) return
    const url = findRemoteUrl(valueOf(attributes, 'href'))
    this.#open = url === undefined ? null : { url, text: '' }
  }

  endTag(name: string): void {
    if (this.#quoteDepth > 0) this.#quoteDepth -= 1
    if (name !== 'a' || this.#open === null) return
    const { url, text } = this.#open
    this.#open = null
    if (!NAMING_SIGN.test(text) && this.#isEligible(url)) this.found = url
  }

  text(text: string): void {
    if (this.#open !== null && this.#open.text.length < 10) this.#open.text += text.slice(0, 10)
  }
}

const valueOf = (attributes: readonly HtmlAttribute[], name: string): string =>
  attributes.find((attribute) => attribute.name === name)?.value ?? ''
