/**
 * Reads HTML as a stream of tags and text, in linear time. Only parse5's tokenizer is used: its tree construction follows
 * the standard, whose scope searches and re-opened formatting elements are quadratic and more on hostile input.
 */
import { Tokenizer, TokenizerMode } from 'parse5'
import type { TokenHandler } from 'parse5'

export interface HtmlAttribute {
  readonly name: string
  readonly value: string
}

export interface HtmlVisitor {
  /** `name` is in lower case. */
  startTag(name: string, attributes: readonly HtmlAttribute[], selfClosing: boolean): void
  endTag(name: string): void
  /** Character references are decoded, line ends are `\n`, NUL is gone. Consecutive calls may be one run of text. */
  text(text: string): void
}

type Mode = (typeof TokenizerMode)[keyof typeof TokenizerMode]

/** Elements whose content is not markup; a browser with scripting on reads them so. */
const RAW_CONTENT: ReadonlyMap<string, Mode> = new Map<string, Mode>([
  ['title', TokenizerMode.RCDATA],
  ['textarea', TokenizerMode.RCDATA],
  ['style', TokenizerMode.RAWTEXT],
  ['xmp', TokenizerMode.RAWTEXT],
  ['iframe', TokenizerMode.RAWTEXT],
  ['noembed', TokenizerMode.RAWTEXT],
  ['noframes', TokenizerMode.RAWTEXT],
  ['noscript', TokenizerMode.RAWTEXT],
  ['script', TokenizerMode.SCRIPT_DATA],
])

const nothing = (): void => undefined

/** Calls the visitor for every tag and run of text, in order. Comments, doctypes and processing instructions are skipped. */
export function visitHtml(html: string, visitor: HtmlVisitor): void {
  // Inside SVG and MathML `<title/>` and `<style/>` are empty elements: switching modes there would swallow the rest.
  let foreignDepth = 0
  const text = ({ chars }: { readonly chars: string }): void => visitor.text(chars)
  const handler: TokenHandler = {
    onStartTag(token) {
      const name = token.tagName
      visitor.startTag(name, token.attrs, token.selfClosing)
      if (name === 'svg' || name === 'math') {
        if (!token.selfClosing) foreignDepth += 1
        return
      }
      const mode = foreignDepth === 0 ? RAW_CONTENT.get(name) : undefined
      if (mode !== undefined) tokenizer.state = mode
    },
    onEndTag(token) {
      if ((token.tagName === 'svg' || token.tagName === 'math') && foreignDepth > 0) foreignDepth -= 1
      visitor.endTag(token.tagName)
    },
    onCharacter: text,
    onWhitespaceCharacter: text,
    onNullCharacter: nothing,
    onComment: nothing,
    onDoctype: nothing,
    onEof: nothing,
    onParseError: null,
  }
  const tokenizer = new Tokenizer({ sourceCodeLocationInfo: false }, handler)
  tokenizer.write(html, true)
}

/** Decodes character references only: whatever looks like a tag is passed on as text. */
export function visitHtmlText(text: string, onText: (part: string) => void): void {
  const emit = ({ chars }: { readonly chars: string }): void => onText(chars)
  const tokenizer = new Tokenizer(
    { sourceCodeLocationInfo: false },
    {
      onStartTag: nothing,
      onEndTag: nothing,
      onCharacter: emit,
      onWhitespaceCharacter: emit,
      onNullCharacter: nothing,
      onComment: nothing,
      onDoctype: nothing,
      onEof: nothing,
      onParseError: null,
    },
  )
  tokenizer.state = TokenizerMode.RCDATA
  tokenizer.write(text, true)
}
