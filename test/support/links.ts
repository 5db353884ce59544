/** The addresses in a Link header, by relation. */
export function linksOf(header: unknown): Record<string, URL> {
  const links = String(header ?? '').matchAll(/<([^>]+)>; rel="(\w+)"/g)
  return Object.fromEntries([...links].map(([, url = '', relation = '']) => [relation, new URL(url)]))
}
