/** Who somebody is, small: picture, name, handle, as a link to their page. */
import type { Account } from '../../../contracts/account.ts'
import { LINK_RELATION } from '../../../domain/text/html-attributes.ts'
import { type Html, markup } from '../../../domain/text/markup.ts'
import { emojiText } from './emoji.ts'

export interface WhoScope {
  /** `https://home.example`: what is under it is ours. */
  readonly origin: string
  /** Identities on it are written without a domain in entities. */
  readonly localDomain: string
}

export const nameOf = ({ display_name: name, username }: Account): string => (name === '' ? username : name)

export const nameHtml = (account: Account): Html => emojiText(nameOf(account), account.emojis)

/** `@name@domain`: whoever reads a page may be from anywhere. */
export function handleOf({ acct }: Pick<Account, 'acct'>, localDomain: string): string {
  return acct.includes('@') ? `@${acct}` : `@${acct}@${localDomain}`
}

export const isOurs = ({ uri }: Pick<Account, 'uri'>, origin: string): boolean => uri.startsWith(`${origin}/`)

/** Own pages are of the host under which this one was asked for, by whatever name that was. */
export const ownPath = (url: string, origin: string): string =>
  url.startsWith(`${origin}/`) ? url.slice(origin.length) : url

/** The attributes of a link; pages of others are not vouched for. */
export function linkTo(url: string, origin: string): Html {
  const path = ownPath(url, origin)
  return path === url ? markup` href="${url}" rel="${LINK_RELATION}"` : markup` href="${path}"`
}

/** @param role  a microformat, such as `p-author` in a post */
export function whoLink({ origin, localDomain }: WhoScope, account: Account, role = ''): Html {
  return markup`<a class="who h-card u-url ${role}"${linkTo(account.url, origin)}><img class="avatar u-photo" src="${account.avatar}" alt="" width="40" height="40" loading="lazy"><span><b class="p-name" dir="auto">${nameHtml(account)}</b><span class="at"><bdi>${handleOf(account, localDomain)}</bdi></span></span></a>`
}
