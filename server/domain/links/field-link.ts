/** Links in the fields of profiles: which link a field consists of, and how one is shown that can be relied on. */
import { findRemoteUrl } from '../../net/origin.ts'
import { escapeHtml } from '../text/escape-html.ts'
import { LINK_RELATION } from '../text/html-attributes.ts'
import { visitHtml } from '../text/html-tokens.ts'

/** Characters of an address that are shown beyond its host. */
const SHOWN_LENGTH = 30

/**
 * The https link that a field consists of; null where it says anything more, so that a mark beside the field can stand for
 * nothing else.
 * @param value  sanitised HTML
 */
export function soleLinkOf(value: string): string | null {
  if (!value.includes('<a ')) return null
  const hrefs: string[] = []
  let depth = 0
  let isMore = false
  visitHtml(value, {
    startTag(name, attributes) {
      if (name !== 'a') return
      depth += 1
      hrefs.push(attributes.find((attribute) => attribute.name === 'href')?.value ?? '')
    },
    endTag(name) {
      if (name === 'a') depth -= 1
    },
    text(text) {
      if (depth === 0 && text.trim() !== '') isMore = true
    },
  })
  return isMore || hrefs.length !== 1 ? null : (findRemoteUrl(hrefs[0])?.href ?? null)
}

/**
 * A link made from the address alone: whatever its author wrote as its text is gone, and the host is shown whole.
 * @see security rule 52
 */
export function linkShowingHost(href: string, relation: string = LINK_RELATION): string {
  const { host, pathname, search, hash } = new URL(href)
  const tail = `${pathname}${search}${hash}`.replace(/^\/$/, '')
  const cut = Math.max(0, SHOWN_LENGTH - host.length)
  const isCut = tail.length > cut
  const parts = [
    '<span class="invisible">https://</span>',
    `<span${isCut ? ' class="ellipsis"' : ''}>${escapeHtml(host + tail.slice(0, cut))}</span>`,
    `<span class="invisible">${escapeHtml(tail.slice(cut))}</span>`,
  ]
  return `<a href="${escapeHtml(href)}" translate="no" rel="${relation}" target="_blank">${parts.join('')}</a>`
}
