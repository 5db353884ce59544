/**
 * What the home asks of programs that read the whole web. A wish, and no lock: what is not public is not served to them,
 * whatever they make of it.
 * @see RFC 9309
 */
import { AI_CRAWLERS } from './ai-crawlers.ts'

export interface RobotRules {
  readonly deniesAiCrawlers: boolean
  /** Further names of programs that are asked to stay away. */
  readonly deniedAgents: readonly string[]
  /** Null where nobody of the home wants to be found by search. */
  readonly sitemapUrl: string | null
}

/**
 * Pages stay open even where nobody wants to be found by search: what a page says of itself is only heard by who may read
 * it. So do own media, which previews elsewhere show. Pictures of others that pass through here are theirs to be found.
 */
const CLOSED = [
  '/ap/',
  '/api/',
  '/oauth/',
  '/proxy/',
  '/authorize_interaction',
  '/@*/search',
  '/@*/follow',
  '/@*/embed',
]

export function robotsText({ deniesAiCrawlers, deniedAgents, sitemapUrl }: RobotRules): string {
  const denied = uniqueNames([...(deniesAiCrawlers ? AI_CRAWLERS : []), ...deniedAgents])
  const groups = [
    ...(denied.length === 0 ? [] : [[...denied.map((name) => `User-agent: ${name}`), 'Disallow: /']]),
    ['User-agent: *', ...CLOSED.map((path) => `Disallow: ${path}`), 'Allow: /'],
    ...(sitemapUrl === null ? [] : [[`Sitemap: ${sitemapUrl}`]]),
  ]
  return `${groups.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

/** Names are compared without case; everybody at once is for the group that follows, and never shut out by name. */
function uniqueNames(names: readonly string[]): string[] {
  const byName = new Map(names.map((name) => [name.toLowerCase(), name]))
  return [...byName.values()].toSorted((a, b) => a.localeCompare(b, 'en'))
}
