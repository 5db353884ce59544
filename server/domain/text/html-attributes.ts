/** The attributes that remote HTML may keep, in written form and in a fixed order. */
import { escapeHtml } from './escape-html.ts'
import type { HtmlAttribute } from './html-tokens.ts'

const KEPT_CLASSES: ReadonlySet<string> = new Set([
  'mention',
  'hashtag',
  'ellipsis',
  'invisible',
  'quote-inline',
])
/** Microformats: roots and properties. */
const MICROFORMAT = /^(?:h|p|u|e|dt)-[a-z0-9-]{1,40}$/
const MAX_CLASS_LENGTH = 512
const MAX_CLASSES = 12
const MAX_HREF_LENGTH = 8_192
const CLASS_BEARERS: ReadonlySet<string> = new Set(['a', 'span', 'p'])
const WHOLE_NUMBER = /^-?\d{1,9}$/

/** What every remote link carries: no endorsement, no handle on our window, no address of ours in the request. */
export const LINK_RELATION = 'nofollow noopener noreferrer'

const valueOf = (attributes: readonly HtmlAttribute[], name: string): string | undefined =>
  attributes.find((attribute) => attribute.name === name)?.value

/**
 * The link as a canonical http or https URL.
 * @returns null for another scheme, a relative reference, user information, or more than 8,192 characters
 */
export function linkTarget(href: string): string | null {
  if (href.length > MAX_HREF_LENGTH || !URL.canParse(href)) return null
  const url = new URL(href)
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:'
  return isWeb && url.username === '' && url.password === '' && url.href.length <= MAX_HREF_LENGTH
    ? url.href
    : null
}

/** The written attributes of a link, or null when its target is not allowed. */
export function linkAttributes(attributes: readonly HtmlAttribute[]): string | null {
  const target = linkTarget(valueOf(attributes, 'href') ?? '')
  if (target === null) return null
  return ` href="${escapeHtml(target)}"${attributeText('a', attributes)} rel="${LINK_RELATION}" target="_blank"`
}

/** The written attributes of any other element: known classes, `translate="no"`, and the numbering of lists. */
export function attributeText(name: string, attributes: readonly HtmlAttribute[]): string {
  if (attributes.length === 0) return ''
  let text = ''
  if (CLASS_BEARERS.has(name)) {
    const kept = keptClasses(valueOf(attributes, 'class') ?? '')
    if (kept !== '') text += ` class="${kept}"`
    if (valueOf(attributes, 'translate')?.toLowerCase() === 'no') text += ' translate="no"'
  }
  if (name === 'ol') text += numberAttribute('start', attributes)
  if (name === 'ol' && valueOf(attributes, 'reversed') !== undefined) text += ' reversed=""'
  if (name === 'li') text += numberAttribute('value', attributes)
  return text
}

function keptClasses(value: string): string {
  if (value === '') return ''
  return value
    .slice(0, MAX_CLASS_LENGTH)
    .split(/[\t\n\f\r ]+/)
    .filter((name) => KEPT_CLASSES.has(name) || MICROFORMAT.test(name))
    .slice(0, MAX_CLASSES)
    .join(' ')
}

function numberAttribute(name: string, attributes: readonly HtmlAttribute[]): string {
  const value = valueOf(attributes, name)
  return value !== undefined && WHOLE_NUMBER.test(value) ? ` ${name}="${Number(value)}"` : ''
}
