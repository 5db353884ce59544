/** What sanitised HTML may consist of, stated independently of the sanitizer and checked with the standard's own tree construction. */
import assert from 'node:assert/strict'
import { parseFragment } from 'parse5'
import type { DefaultTreeAdapterTypes } from 'parse5'

const ELEMENTS = new Set(
  'p br span a del s pre blockquote code b strong u i em ul ol li ruby rt rp'.split(' '),
)
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  a: ['href', 'class', 'translate', 'rel', 'target'],
  span: ['class', 'translate'],
  p: ['class', 'translate'],
  ol: ['start', 'reversed'],
  li: ['value'],
}
const CLASS = /^(?:mention|hashtag|ellipsis|invisible|quote-inline|(?:h|p|u|e|dt)-[a-z0-9-]+)$/

type Node = DefaultTreeAdapterTypes.ChildNode
type Parent = DefaultTreeAdapterTypes.DocumentFragment | DefaultTreeAdapterTypes.Element

/** A node as the test writes it down: text, or name, attributes and children. */
export type Outline = string | { readonly [name: string]: readonly Outline[] }

/**
 * Asserts that a browser builds nothing from `html` but allowed elements with allowed attributes, and nothing else than what is
 * written: every start tag makes one element and no element is made without one.
 */
export function assertAllowed(html: string): void {
  const fragment = parseFragment(html)
  const written = walk(fragment, html, 0)
  const tags = html.match(/<[a-z]/g)?.length ?? 0
  assert.equal(written.elements, tags, `a browser makes other elements of ${html}`)
  assert.equal(rewrite(fragment), html, 'a browser reads it as something else')
}

function walk(parent: Parent, html: string, depth: number): { elements: number } {
  assert.ok(depth <= 33, `nested too deep: ${depth}`)
  let elements = 0
  for (const node of parent.childNodes) {
    if (node.nodeName === '#text') continue
    assert.ok('tagName' in node, `${node.nodeName} in ${html}`)
    assertElement(node, html)
    elements += 1 + walk(node, html, depth + 1).elements
  }
  return { elements }
}

function assertElement(node: DefaultTreeAdapterTypes.Element, html: string): void {
  assert.equal(node.namespaceURI, 'http://www.w3.org/1999/xhtml')
  assert.ok(ELEMENTS.has(node.tagName), `<${node.tagName}> in ${html}`)
  for (const { name, value } of node.attrs) {
    assert.ok(ATTRIBUTES[node.tagName]?.includes(name), `${name} on <${node.tagName}> in ${html}`)
    if (name === 'class') for (const one of value.split(' ')) assert.match(one, CLASS)
    if (name === 'href') assert.match(value, /^https?:\/\/[^/@\s]+/)
    if (name === 'translate') assert.equal(value, 'no')
    if (name === 'start' || name === 'value') assert.match(value, /^-?\d+$/)
  }
  if (node.tagName !== 'a') return
  const valueOf = (name: string): string | undefined => node.attrs.find((one) => one.name === name)?.value
  assert.ok(valueOf('href'), html)
  assert.equal(valueOf('rel'), 'nofollow noopener noreferrer')
  assert.equal(valueOf('target'), '_blank')
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function rewrite(parent: Parent): string {
  return parent.childNodes.map(rewriteNode).join('')
}

function rewriteNode(node: Node): string {
  if ('value' in node) return escape(node.value)
  assert.ok('tagName' in node)
  const attributes = node.attrs
    .map(
      ({ name, value }) => ` ${name}="${escape(value).replaceAll('"', '&quot;').replaceAll("'", '&#39;')}"`,
    )
    .join('')
  return node.tagName === 'br' ? '<br>' : `<${node.tagName}${attributes}>${rewrite(node)}</${node.tagName}>`
}

/** The tree that the standard's parser makes of sanitised HTML, without attributes. */
export function outline(html: string): Outline[] {
  const of = (parent: Parent): Outline[] =>
    parent.childNodes.map((node) => {
      if ('value' in node) return node.value
      assert.ok('tagName' in node)
      return { [node.tagName]: of(node) }
    })
  return of(parseFragment(html))
}
