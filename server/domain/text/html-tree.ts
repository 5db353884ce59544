/**
 * Builds a tree of allowed elements from HTML tokens and writes it. The nesting rules below are the part of the HTML standard
 * that matters for these elements, so that a browser reading the output builds this very tree and none of its repair rules act.
 */
import { truncateText } from './clean-text.ts'
import { attributeText, linkAttributes } from './html-attributes.ts'
import {
  BLOCK_ELEMENTS,
  BREAKING_ELEMENTS,
  DROPPED_ELEMENTS,
  HEADING_ELEMENTS,
  INLINE_ELEMENTS,
  VOID_ELEMENTS,
} from './html-elements.ts'
import type { HtmlAttribute, HtmlVisitor } from './html-tokens.ts'

/** Allowed elements inside one another; deeper ones are unwrapped. */
const MAX_DEPTH = 32
/** Open elements of any kind; further start tags are ignored with their end tags. Bounds every search of the stack. */
const MAX_OPEN = 128

interface ElementNode {
  readonly name: string
  /** Written form, with a leading blank, or empty. */
  readonly attributes: string
  /** Elements, and text in escaped form. */
  readonly children: (ElementNode | string)[]
}

interface OpenElement {
  /** The name that an end tag must have: the name in the source, not in the output. */
  readonly name: string
  /** Null when the element itself is not kept. */
  readonly node: ElementNode | null
  /** Where content goes while this is the innermost open element. */
  readonly container: ElementNode
  /** How many kept elements are open, this one included. */
  readonly depth: number
}

const TEXT_SPECIALS = /[&<>]/
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROLS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/g
const BLANK = /^[\t\n ]*$/

const escapeText = (text: string): string =>
  TEXT_SPECIALS.test(text)
    ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    : text

/** Cuts escaped text, never inside a character reference: every `&` of it begins one. */
function cutEscaped(escaped: string, length: number): string {
  const cut = truncateText(escaped, length)
  const reference = cut.lastIndexOf('&')
  return reference === -1 || cut.includes(';', reference) ? cut : cut.slice(0, reference)
}

export class AllowedTree implements HtmlVisitor {
  readonly #root: ElementNode = { name: '', attributes: '', children: [] }
  readonly #open: OpenElement[] = []
  /** Start tags that were ignored because too many elements were open. */
  #ignored = 0
  #dropping: { readonly name: string; depth: number } | null = null
  /** An unwrapped block began or ended: what follows belongs on a line of its own. */
  #breakPending = false
  /** UTF-16 units that the output may still grow by. */
  #room: number

  constructor(maxLength: number) {
    this.#room = maxLength
  }

  startTag(name: string, attributes: readonly HtmlAttribute[], selfClosing: boolean): void {
    if (this.#dropping !== null) {
      if (name === this.#dropping.name) this.#dropping.depth += 1
    } else if (DROPPED_ELEMENTS.has(name)) {
      const isEmpty = VOID_ELEMENTS.has(name) || (selfClosing && (name === 'svg' || name === 'math'))
      if (!isEmpty) this.#dropping = { name, depth: 1 }
    } else if (VOID_ELEMENTS.has(name)) {
      this.#startVoid(name, attributes)
    } else if (this.#open.length >= MAX_OPEN) {
      this.#ignored += 1
    } else {
      this.#startElement(name, attributes)
    }
  }

  endTag(name: string): void {
    if (this.#dropping !== null) {
      if (name === this.#dropping.name && --this.#dropping.depth === 0) this.#dropping = null
      return
    }
    if (name === 'br') return this.#appendBreak()
    if (VOID_ELEMENTS.has(name)) return
    if (this.#ignored > 0) {
      this.#ignored -= 1
      return
    }
    const index = this.#findOpen(HEADING_ELEMENTS.has(name) ? 'heading' : name)
    if (index === -1) return
    this.#closeFrom(index)
    if (BREAKING_ELEMENTS.has(name) || name === 'li') this.#breakPending = true
  }

  text(text: string): void {
    if (this.#dropping !== null || this.#room <= 0) return
    const clean = text.replaceAll('\r', '\n').replace(CONTROLS, '')
    if (clean === '') return
    if (this.#breakPending) {
      if (BLANK.test(clean) && this.#lastOpenNode('pre') === -1) return
      this.#breakLine()
    }
    this.#appendText(clean)
  }

  toHtml(): string {
    this.#closeFrom(0)
    return this.#root.children.map(writeNode).join('')
  }

  #startVoid(name: string, attributes: readonly HtmlAttribute[]): void {
    if (name === 'br') this.#appendBreak()
    else if (name === 'img') this.text(attributes.find((attribute) => attribute.name === 'alt')?.value ?? '')
    else if (name === 'hr') {
      this.#closeParagraph()
      this.#breakPending = true
    }
  }

  #startElement(name: string, attributes: readonly HtmlAttribute[]): void {
    if (INLINE_ELEMENTS.has(name)) this.#pushInline(name, attributeText(name, attributes))
    else if (name === 'a') this.#startLink(attributes)
    else if (name === 'rt' || name === 'rp') this.#startRubyText(name)
    else if (name === 'li') this.#startListItem(attributes)
    else if (BLOCK_ELEMENTS.has(name)) this.#pushBlock(name, name, attributeText(name, attributes))
    else if (HEADING_ELEMENTS.has(name)) {
      this.#pushBlock('heading', 'p', '')
      this.#push('', 'strong', '')
    } else this.#unwrap(name, BREAKING_ELEMENTS.has(name))
  }

  /** Links do not nest, and a link to nowhere allowed is its text. */
  #startLink(attributes: readonly HtmlAttribute[]): void {
    const written = this.#lastOpenNode('a') === -1 ? linkAttributes(attributes) : null
    if (written === null) this.#unwrap('a', false)
    else this.#pushInline('a', written)
  }

  #startRubyText(name: string): void {
    const ruby = this.#lastOpenNode('ruby')
    if (ruby === -1) return this.#unwrap(name, false)
    this.#closeFrom(ruby + 1)
    this.#push(name, name, '')
  }

  #startListItem(attributes: readonly HtmlAttribute[]): void {
    const list = Math.max(this.#lastOpenNode('ul'), this.#lastOpenNode('ol'))
    if (list === -1) return this.#unwrap('li', true)
    this.#closeFrom(list + 1)
    this.#breakPending = false
    this.#push('li', 'li', attributeText('li', attributes))
  }

  #pushInline(name: string, attributes: string): void {
    if (this.#breakPending) this.#breakLine()
    this.#push(name, name, attributes)
  }

  #pushBlock(sourceName: string, name: string, attributes: string): void {
    this.#closeParagraph()
    this.#breakPending = false
    this.#push(sourceName, name, attributes)
  }

  #unwrap(name: string, isBreaking: boolean): void {
    if (isBreaking) {
      this.#closeParagraph()
      this.#breakPending = true
    }
    this.#open.push({ name, node: null, container: this.#container(), depth: this.#depth() })
  }

  #push(sourceName: string, name: string, attributes: string): void {
    const cost = 2 * name.length + attributes.length + 5
    if (this.#depth() >= MAX_DEPTH || this.#room < cost) {
      this.#open.push({ name: sourceName, node: null, container: this.#container(), depth: this.#depth() })
      return
    }
    this.#room -= cost
    const node: ElementNode = { name, attributes, children: [] }
    this.#container().children.push(node)
    this.#open.push({ name: sourceName, node, container: node, depth: this.#depth() + 1 })
  }

  /** A paragraph ends where a block begins; inline elements inside it end with it. */
  #closeParagraph(): void {
    const paragraph = this.#lastOpenNode('p')
    if (paragraph !== -1) this.#closeFrom(paragraph)
  }

  #closeFrom(index: number): void {
    while (this.#open.length > index) {
      const node = this.#open.pop()?.node
      if (node?.name === 'pre') dropLeadingLineEnds(node)
      // An empty paragraph is a gap nobody meant; a browser would even make one of a stray end tag.
      if (node?.name === 'p' && node.children.length === 0) this.#container().children.pop()
    }
  }

  #appendBreak(): void {
    this.#breakPending = false
    if (this.#room < 4) return
    this.#room -= 4
    this.#container().children.push({ name: 'br', attributes: '', children: [] })
  }

  #breakLine(): void {
    this.#breakPending = false
    const last = this.#container().children.at(-1)
    if (last === undefined) return
    const isInline =
      typeof last === 'string' ? !BLANK.test(last) : last.name === 'a' || INLINE_ELEMENTS.has(last.name)
    if (isInline) this.#appendBreak()
  }

  #appendText(text: string): void {
    let escaped = escapeText(text)
    if (escaped.length > this.#room) {
      escaped = cutEscaped(escapeText(truncateText(text, this.#room)), this.#room)
      this.#room = 0
    } else {
      this.#room -= escaped.length
    }
    const { children } = this.#container()
    const last = children.at(-1)
    if (typeof last === 'string') children[children.length - 1] = last + escaped
    else if (escaped !== '') children.push(escaped)
  }

  #container(): ElementNode {
    return this.#open.at(-1)?.container ?? this.#root
  }

  #depth(): number {
    return this.#open.at(-1)?.depth ?? 0
  }

  /** The innermost open element that an end tag of this name ends; an item's end tag does not reach out of its list. */
  #findOpen(name: string): number {
    for (let index = this.#open.length - 1; index >= 0; index -= 1) {
      const entry = this.#open[index]
      if (entry?.name === name) return index
      if (name === 'li' && (entry?.name === 'ul' || entry?.name === 'ol')) return -1
    }
    return -1
  }

  #lastOpenNode(name: string): number {
    return this.#open.findLastIndex((entry) => entry.node?.name === name)
  }
}

/** A browser ignores the line end after `<pre>`: without one there is nothing to ignore. */
function dropLeadingLineEnds(node: ElementNode): void {
  const first = node.children[0]
  if (typeof first !== 'string' || !first.startsWith('\n')) return
  const rest = first.replace(/^\n+/, '')
  if (rest === '') node.children.shift()
  else node.children[0] = rest
}

/** Recursion is bounded by MAX_DEPTH. */
function writeNode(node: ElementNode | string): string {
  if (typeof node === 'string') return node
  if (node.name === 'br') return '<br>'
  return `<${node.name}${node.attributes}>${node.children.map(writeNode).join('')}</${node.name}>`
}
