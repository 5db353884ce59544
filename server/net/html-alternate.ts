/**
 * Finds the ActivityPub alternate that an HTML page links to. Only the tokenizer of the HTML parser is used, in small
 * steps: building a tree takes quadratic time on hostile pages, and so does one tag with very many attributes.
 */
import { Tokenizer, TokenizerMode, type Token, type TokenHandler } from 'parse5'
import { isActivityType, parseMediaType } from './media-type.ts'

type Mode = (typeof TokenizerMode)[keyof typeof TokenizerMode]

/** Elements whose content is text, whatever it looks like. @see HTML Living Standard 13.2.6.4.7 */
const TEXT_ELEMENTS: ReadonlyMap<string, Mode> = new Map<string, Mode>([
  ['title', TokenizerMode.RCDATA],
  ['textarea', TokenizerMode.RCDATA],
  ['style', TokenizerMode.RAWTEXT],
  ['xmp', TokenizerMode.RAWTEXT],
  ['iframe', TokenizerMode.RAWTEXT],
  ['noembed', TokenizerMode.RAWTEXT],
  ['noframes', TokenizerMode.RAWTEXT],
  ['script', TokenizerMode.SCRIPT_DATA],
  ['plaintext', TokenizerMode.PLAINTEXT],
])

/** The head of a page ends well before; a hostile page costs at most a tenth of a second. */
const SEARCHED_CHARACTERS = 262_144
const STEP_CHARACTERS = 4096
/** No honest tag has more; the tokenizer compares each new attribute with all before it. */
const MAX_ATTRIBUTES = 200

/**
 * @returns the href, as written, of the first `<link rel="alternate">` with an ActivityPub type; undefined where
 *   there is none. What it points to is for the caller to judge.
 */
export function findActivityAlternate(page: string): string | undefined {
  const html = page.slice(0, SEARCHED_CHARACTERS)
  const finder = new LinkFinder()
  const tokenizer = new SteppedTokenizer({}, finder)
  finder.onTextElement = (mode, name) => {
    tokenizer.state = mode
    tokenizer.lastStartTagName = name
  }
  for (let at = 0; at < html.length && !finder.done; at += STEP_CHARACTERS) {
    tokenizer.write(html.slice(at, at + STEP_CHARACTERS), at + STEP_CHARACTERS >= html.length)
    if (tokenizer.openAttributes > MAX_ATTRIBUTES) break
  }
  return finder.href
}

class SteppedTokenizer extends Tokenizer {
  /** Attributes read so far of the tag at which the last step ended. */
  get openAttributes(): number {
    return this.currentToken !== null && 'attrs' in this.currentToken ? this.currentToken.attrs.length : 0
  }
}

class LinkFinder implements TokenHandler {
  href: string | undefined
  /** Nothing more is to be found: the link is there, or the head is over. */
  done = false
  onTextElement: (mode: Mode, name: string) => void = () => {}

  onStartTag(tag: Token.TagToken): void {
    const mode = TEXT_ELEMENTS.get(tag.tagName)
    if (mode !== undefined) this.onTextElement(mode, tag.tagName)
    if (tag.tagName === 'body') this.done = true
    if (tag.tagName !== 'link' || this.done) return
    const attribute = (name: string): string => tag.attrs.find((entry) => entry.name === name)?.value ?? ''
    const relations = attribute('rel').toLowerCase().split(/\s+/)
    if (relations.includes('alternate') && isActivityType(parseMediaType(attribute('type')))) {
      this.href = attribute('href').trim()
      this.done = true
    }
  }

  onEndTag(): void {}
  onComment(): void {}
  onDoctype(): void {}
  onEof(): void {}
  onCharacter(): void {}
  onNullCharacter(): void {}
  onWhitespaceCharacter(): void {}
}
