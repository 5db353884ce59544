/** Reads the links inside a post: which of them name a person that the window can show. */
import type { StatusMention } from '../../server/contracts/status.ts'

/** The mention that a link stands for, by its address or its text. */
export function mentionOfLink(
  href: string,
  text: string,
  mentions: readonly StatusMention[],
): StatusMention | undefined {
  const name = text.replace(/^@/, '').toLowerCase()
  return mentions.find(
    (mention) => mention.url === href || mention.acct.toLowerCase() === name || isNamed(mention, href, name),
  )
}

/** `@ana` for a link to the host of `ana@home.example`. */
function isNamed(mention: StatusMention, href: string, name: string): boolean {
  const host = mention.acct.split('@')[1]
  return mention.username.toLowerCase() === name && host !== undefined && URL.parse(href)?.host === host
}

/** Only what a browser opens as a page of the web. */
export function isWebAddress(href: string): boolean {
  const protocol = URL.parse(href)?.protocol
  return protocol === 'https:' || protocol === 'http:'
}

/** Where a post is shown on its own server. A home without an address has no pages that anybody could open. */
export function pageUrlOf(post: { readonly url: string | null }): string | null {
  if (post.url === null || !isWebAddress(post.url)) return null
  return URL.parse(post.url)?.hostname.endsWith('.invalid') === true ? null : post.url
}
