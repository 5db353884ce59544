/** Spellings of addresses that apps use and that mean the same. */

/**
 * A path of the client API or of OAuth without the slash at its end, as Mastodon takes it and as libraries such as
 * Mastodon.py and toot send it. What may be stored by a cache keeps one spelling: such answers lie elsewhere.
 */
export function canonicalUrl(url: string): string {
  if (!url.startsWith('/api/') && !url.startsWith('/oauth/')) return url
  const end = url.indexOf('?')
  const path = end === -1 ? url : url.slice(0, end)
  return path.endsWith('/') ? path.slice(0, -1) + url.slice(path.length) : url
}
