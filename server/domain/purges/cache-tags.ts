/**
 * Tags of public answers: one for each object, one for each identity. What carries a tag can be forgotten by it, also
 * pages of which nobody knows that a cache has them.
 */
import type { CdnKind } from '../../core/cdn-settings.ts'

/** The header that each kind reads; the others know no tags. */
const TAG_HEADERS: Readonly<Partial<Record<CdnKind, string>>> = {
  bunny: 'cdn-tag',
  cloudflare: 'cache-tag',
  fastly: 'surrogate-key',
  varnish: 'xkey',
}

const POST_PATH = /^\/ap\/posts\/(\d{1,19})(?:\/|$)/
const ACTOR_PATH = /^\/ap\/actors\/(\d{1,19})(?:\/|$)/

export const postTag = (id: string): string => `post-${id}`

export const actorTag = (id: string): string => `actor-${id}`

/** The tag of an answer by its path; null where it belongs to neither an object nor an identity. */
function tagOfPath(path: string): string | null {
  const post = POST_PATH.exec(path)?.[1]
  if (post !== undefined) return postTag(post)
  const actor = ACTOR_PATH.exec(path)?.[1]
  return actor === undefined ? null : actorTag(actor)
}

/** Name and value of the header that a public answer at this path carries for this CDN, or null. */
export function tagHeader(cdn: CdnKind, path: string): readonly [name: string, value: string] | null {
  const name = TAG_HEADERS[cdn]
  if (name === undefined) return null
  const tag = tagOfPath(path)
  return tag === null ? null : [name, tag]
}
