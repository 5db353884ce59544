/** Reads the cursors of a page from its Link header; the addresses themselves name another host and are not used. */

export interface PageLinks {
  /** The page of older entries begins below this id; null at the end. */
  readonly olderThan: string | null
  /** The page of newer entries begins above this id. */
  readonly newerThan: string | null
}

/** @see RFC 8288 3; `rel="next"` carries `max_id`, `rel="prev"` carries `min_id` or `since_id` */
export function parseLinkHeader(header: string | null): PageLinks {
  let olderThan: string | null = null
  let newerThan: string | null = null
  for (const match of (header ?? '').matchAll(/<([^<>]*)>\s*;([^<]*)/g)) {
    const [, address = '', parameters = ''] = match
    const query = new URLSearchParams(address.slice(address.indexOf('?') + 1))
    const relation = /\brel="?(next|prev)\b/.exec(parameters)?.[1]
    if (relation === 'next') olderThan = query.get('max_id')
    if (relation === 'prev') newerThan = query.get('min_id') ?? query.get('since_id')
  }
  return { olderThan, newerThan }
}
