/** Whether who asks for a page is a server that wants the object instead. @see RFC 9110 12.5.1 */

const ACTIVITY_TYPES: ReadonlySet<string> = new Set(['application/activity+json', 'application/ld+json'])
const PAGE_TYPES: ReadonlySet<string> = new Set(['text/html', 'application/xhtml+xml'])
const MOST_CHARACTERS = 2_000

/**
 * True where ActivityPub is named outright and no page is liked better: browsers name pages, and whoever takes anything
 * gets the page.
 * @param accept  the header as it came
 */
export function prefersActivity(accept: string | undefined): boolean {
  let activity = 0
  let page = 0
  for (const range of (accept ?? '').slice(0, MOST_CHARACTERS).toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    const quality = qualityOf(parameters)
    if (ACTIVITY_TYPES.has(type)) activity = Math.max(activity, quality)
    if (PAGE_TYPES.has(type)) page = Math.max(page, quality)
  }
  return activity > 0 && activity >= page
}

function qualityOf(parameters: readonly string[]): number {
  const text = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1'
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 0
}
