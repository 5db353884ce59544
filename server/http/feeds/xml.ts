/**
 * XML as a tree that is written in one place, so that no text gets into a document unescaped and every document is well
 * formed, whatever somebody wrote.
 * @see XML 1.0 (fifth edition), 2.2 (characters), 2.4 (escaping)
 */
import { cleanText } from '../../domain/text/clean-text.ts'
import { escapeHtml } from '../../domain/text/escape-html.ts'

/** A string is text; null is nothing. */
export type XmlNode = XmlElement | string | null

export interface XmlElement {
  readonly name: string
  readonly attributes: XmlAttributes
  readonly children: readonly XmlNode[]
}

/** An attribute that is null is left out. */
export type XmlAttributes = Readonly<Record<string, string | number | null>>

/** What XML cannot hold, not even as a reference; C1 controls are allowed and of no use. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFFFE\uFFFF]/g

export function element(
  name: string,
  attributes: XmlAttributes,
  ...children: readonly XmlNode[]
): XmlElement {
  return { name, attributes, children }
}

/** An element that holds a text; nothing where there is none. */
export function textElement(name: string, text: string | null): XmlElement | null {
  return text === null || text === '' ? null : element(name, {}, text)
}

export function xmlDocument(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${written(root)}\n`
}

const escaped = (text: string): string => escapeHtml(cleanText(text).replace(FORBIDDEN, ''))

/** A parser makes blanks of line ends in attributes, unless they are references. */
const escapedValue = (text: string): string =>
  escaped(text).replace(/[\t\n\r]/g, (end) => `&#${end.charCodeAt(0)};`)

/** A parser makes a line end of a bare carriage return. */
const escapedText = (text: string): string => escaped(text).replaceAll('\r', '&#13;')

function written(node: XmlNode): string {
  if (node === null) return ''
  if (typeof node === 'string') return escapedText(node)
  const attributes = Object.entries(node.attributes)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ` ${name}="${escapedValue(String(value))}"`)
    .join('')
  const content = node.children.map(written).join('')
  return content === ''
    ? `<${node.name}${attributes}/>`
    : `<${node.name}${attributes}>${content}</${node.name}>`
}
