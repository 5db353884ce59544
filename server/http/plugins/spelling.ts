/** Spellings of addresses that apps use and that mean the same. */

/**
 * A path of the client API or of OAuth without the slash at its end, as Mastodon takes it and as libraries such as
 * Mastodon.py and toot send it, and without `.json`, which older apps append. What may be stored by a cache keeps one spelling: such answers lie elsewhere.
 */
export function canonicalUrl(url: string): string {
  if (!url.startsWith('/api/') && !url.startsWith('/oauth/')) return url
  const end = url.indexOf('?')
  const path = end === -1 ? url : url.slice(0, end)
  const ending = path.endsWith('/') ? '/' : /^\/api\/v\d\/.+\.json$/.test(path) ? '.json' : ''
  return ending === '' ? url : path.slice(0, -ending.length) + url.slice(path.length)
}
