/**
 * Goes through the tags of an HTML page that nobody vouches for. Only the tokenizer of the HTML parser is used, in small
 * steps: building a tree takes quadratic time on hostile pages, and so does one tag with very many attributes.
 */
import { Tokenizer, TokenizerMode, type Token, type TokenHandler } from 'parse5'

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

/** A hostile page of this length costs at most a tenth of a second. */
const SEARCHED_CHARACTERS = 262_144
const STEP_CHARACTERS = 4096
/** No honest tag has more; the tokenizer compares each new attribute with all before it. */
const MAX_ATTRIBUTES = 200

export interface StartTag {
  /** In lower case. */
  readonly name: string
  /** Value of an attribute, as written; empty where it is not there. */
  readonly attribute: (name: string) => string
}

/**
 * Hands over one start tag after the other, until the page ends or the visitor has seen enough.
 * @param visit  gives true then
 * @param visitText  gets the text of elements that hold nothing else, such as `title`, part by part
 */
export function scanStartTags(
  page: string,
  visit: (tag: StartTag) => boolean,
  visitText?: (element: string, text: string) => void,
): void {
  const html = page.slice(0, SEARCHED_CHARACTERS)
  const visitor = new TagVisitor(visit, visitText)
  const tokenizer = new SteppedTokenizer({}, visitor)
  visitor.onTextElement = (mode, name) => {
    tokenizer.state = mode
    tokenizer.lastStartTagName = name
  }
  for (let at = 0; at < html.length && !visitor.done; at += STEP_CHARACTERS) {
    tokenizer.write(html.slice(at, at + STEP_CHARACTERS), at + STEP_CHARACTERS >= html.length)
    if (tokenizer.openAttributes > MAX_ATTRIBUTES) break
  }
}

class SteppedTokenizer extends Tokenizer {
  /** Attributes read so far of the tag at which the last step ended. */
  get openAttributes(): number {
    return this.currentToken !== null && 'attrs' in this.currentToken ? this.currentToken.attrs.length : 0
  }
}

class TagVisitor implements TokenHandler {
  readonly #visit: (tag: StartTag) => boolean
  readonly #visitText: ((element: string, text: string) => void) | undefined
  /** The element whose text is being read. */
  #textElement: string | null = null
  /** Nothing more is wanted. */
  done = false
  onTextElement: (mode: Mode, name: string) => void = () => {}

  constructor(
    visit: (tag: StartTag) => boolean,
    visitText: ((element: string, text: string) => void) | undefined,
  ) {
    this.#visit = visit
    this.#visitText = visitText
  }

  onStartTag({ tagName: name, attrs }: Token.TagToken): void {
    const mode = TEXT_ELEMENTS.get(name)
    if (mode !== undefined) this.onTextElement(mode, name)
    this.#textElement = mode === undefined ? null : name
    if (this.done) return
    const attribute = (wanted: string): string => attrs.find((entry) => entry.name === wanted)?.value ?? ''
    this.done = this.#visit({ name, attribute })
  }

  onEndTag(): void {
    this.#textElement = null
  }
  onComment(): void {}
  onDoctype(): void {}
  onEof(): void {}
  onNullCharacter(): void {}

  onCharacter({ chars }: Token.CharacterToken): void {
    if (this.#textElement !== null && !this.done) this.#visitText?.(this.#textElement, chars)
  }

  onWhitespaceCharacter(token: Token.CharacterToken): void {
    this.onCharacter(token)
  }
}
