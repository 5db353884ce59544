/** What a link of the fediverse's own schemes leads to. @see FEP-07d7 (web+ap) */

const SCHEME = /^web\+(?:activitypub|ap):/i
const HANDLE = /^@?[\w.-]+@[\w-]+(?:\.[\w-]+)+$/

/** @returns what the search of the home takes, an address or a handle; null for what is neither */
export function addressOfLink(link: string): string | null {
  const rest = link.trim().replace(SCHEME, '')
  if (HANDLE.test(rest)) return rest
  const text = rest.startsWith('//') ? `https:${rest}` : rest
  const url = URL.canParse(text) ? new URL(text) : null
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') return null
  return url.href
}

/** Who will be asked. */
export function serverOfAddress(address: string): string {
  return URL.canParse(address) ? new URL(address).host : address.slice(address.lastIndexOf('@') + 1)
}
