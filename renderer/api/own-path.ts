/**
 * The home tells apps whole addresses, with the name it has on the internet. The window stays on the listener it was
 * served by, so media are asked for by path, and what is not media of the home is not shown at all.
 */
const OWN_PATHS = /^\/(?:proxy|media|assets)\//

/** @returns a relative address, or null for media that this home does not serve */
export function ownPath(address: string | null): string | null {
  if (address === null || address === '') return null
  const url = URL.parse(address, 'https://homebird.invalid')
  return url !== null && OWN_PATHS.test(url.pathname) ? `${url.pathname}${url.search}` : null
}
