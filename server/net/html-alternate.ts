/** Finds the ActivityPub alternate that an HTML page links to. */
import { scanStartTags } from './html-scan.ts'
import { isActivityType, parseMediaType } from './media-type.ts'

/**
 * @returns the href, as written, of the first `<link rel="alternate">` with an ActivityPub type; undefined where
 *   there is none. What it points to is for the caller to judge.
 */
export function findActivityAlternate(page: string): string | undefined {
  let href: string | undefined
  scanStartTags(page, ({ name, attribute }) => {
    // The head of a page ends well before what is searched.
    if (name === 'body') return true
    if (name !== 'link') return false
    const isAlternate = relationsOf(attribute('rel')).includes('alternate')
    if (!isAlternate || !isActivityType(parseMediaType(attribute('type')))) return false
    href = attribute('href').trim()
    return true
  })
  return href
}

/** The words of a `rel` attribute, in lower case. */
export function relationsOf(rel: string): string[] {
  return rel.toLowerCase().split(/\s+/)
}
