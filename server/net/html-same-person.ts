/** Whether an HTML page says that another page is by the same person: `<a rel="me">` or `<link rel="me">`. */
import { relationsOf } from './html-alternate.ts'
import { scanStartTags } from './html-scan.ts'
import { findRemoteUrl } from './origin.ts'

/**
 * @param addresses  any of which will do; compared as the URL parser writes them, without what follows `#`
 * @see XFN 1.1, microformats rel-me
 */
export function namesSamePerson(page: string, addresses: readonly string[]): boolean {
  const wanted = new Set(addresses.flatMap((address) => comparable(address) ?? []))
  let isNamed = false
  scanStartTags(page, ({ name, attribute }) => {
    if (name !== 'a' && name !== 'link') return false
    if (!relationsOf(attribute('rel')).includes('me')) return false
    const href = comparable(attribute('href').trim())
    isNamed = href !== null && wanted.has(href)
    return isNamed
  })
  return isNamed
}

function comparable(address: string): string | null {
  const url = findRemoteUrl(address)
  return url === undefined ? null : (url.href.split('#', 1)[0] ?? null)
}
