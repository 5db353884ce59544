/** Escapes text for HTML and XML, and decodes character references in text that should have held none. */
import { cleanText } from './clean-text.ts'
import { visitHtmlText } from './html-tokens.ts'

const SPECIAL = /[&<>"']/
const SPECIALS = /[&<>"']/g
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as HTML or XML: safe as element content and inside quoted attribute values. */
export function escapeHtml(text: string): string {
  return SPECIAL.test(text) ? text.replace(SPECIALS, (character) => ESCAPES[character] ?? character) : text
}

/**
 * Decodes character references (`&amp;`, `&#8217;`) in a plain-text value; tags stay what they are, text.
 * Some servers send names and titles HTML-encoded where the protocol has plain text.
 */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  let decoded = ''
  visitHtmlText(cleanText(text), (part) => {
    decoded += part
  })
  return decoded
}
