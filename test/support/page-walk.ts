/** Walks through the pages of a home along their links. */
import type { PlainAnswer } from './http-client.ts'

/** Every page that can be reached from these, as a stranger finds them. */
export async function walk(
  visit: (path: string) => Promise<PlainAnswer>,
  starts: readonly string[],
): Promise<Map<string, PlainAnswer>> {
  const pages = new Map<string, PlainAnswer>()
  const waiting = [...starts]
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (pages.has(path)) continue
    const answer = await visit(path)
    pages.set(path, answer)
    for (const [, href = ''] of answer.text().matchAll(/<a\b[^>]* href="(\/[^"]*)"/g)) {
      // Files are not pages.
      if (!/^\/(?:media|proxy|avatars|headers)\//.test(href)) waiting.push(href.replaceAll('&amp;', '&'))
    }
  }
  return pages
}
