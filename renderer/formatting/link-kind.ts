/** Reads the links inside a post: which of them name a person that the window can show. */
import type { StatusMention } from '../../server/contracts/status.ts'

/** Nobody calls more people; every link is compared with each. */
const MOST_MENTIONS = 200

/** The mention that a link stands for, by its address or its text. */
export function mentionOfLink(
  href: string,
  text: string,
  mentions: readonly StatusMention[],
): StatusMention | undefined {
  if (mentions.length === 0) return undefined
  const name = text.replace(/^@/, '').toLowerCase()
  const place = `${name}@${URL.parse(href)?.host ?? ''}`
  return mentions
    .slice(0, MOST_MENTIONS)
    .find(({ url, acct }) => url === href || acct.toLowerCase() === name || acct.toLowerCase() === place)
}

/** Only what a browser opens as a page of the web. */
export function isWebAddress(href: string): boolean {
  const protocol = URL.parse(href)?.protocol
  return protocol === 'https:' || protocol === 'http:'
}

/** The address itself where it is one. */
export const webAddress = (href: string): string | null => (isWebAddress(href) ? href : null)

/** Where a post is shown on its own server. A home without an address has no pages that anybody could open. */
export function pageUrlOf(post: { readonly url: string | null }): string | null {
  if (post.url === null || !isWebAddress(post.url)) return null
  return URL.parse(post.url)?.hostname.endsWith('.invalid') === true ? null : post.url
}
