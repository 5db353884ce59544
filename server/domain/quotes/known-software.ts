/** Which servers answer a QuoteRequest although a post of theirs does not say who may quote it. */

/** By the name in NodeInfo: the first version that answers. */
const ANSWERING: Readonly<Record<string, readonly [number, number]>> = {
  mastodon: [4, 5],
  homebird: [0, 0],
}

/** False for what is not known. */
export function answersQuoteRequests(software: string | null, version: string | null): boolean {
  const since = ANSWERING[software?.toLowerCase() ?? '']
  const [, major, minor] = /^v?(\d{1,4})\.(\d{1,4})/.exec(version ?? '') ?? []
  if (since === undefined || major === undefined || minor === undefined) return false
  return Number(major) > since[0] || (Number(major) === since[0] && Number(minor) >= since[1])
}
