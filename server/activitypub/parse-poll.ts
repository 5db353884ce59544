/** The poll inside a Question. */
import { cleanLine } from '../domain/text/clean-text.ts'
import { decodeEntities } from '../domain/text/escape-html.ts'
import { asArray, countOf, dateOf, isObject, textOf } from './json.ts'
import type { JsonObject } from './json.ts'

/** Security rule 31. */
const MAX_OPTIONS = 20
const MAX_OPTION_LENGTH = 500

export interface PollFacts {
  readonly options: readonly { readonly title: string; readonly votes: number }[]
  readonly isMultiple: boolean
  readonly endsAt: Date | null
  /** When it was closed; a poll that says only that it is closed ends at `endsAt`, or at the epoch. */
  readonly closedAt: Date | null
  readonly votersCount: number | null
}

/** @returns null when the object offers fewer than two different options */
export function parsePoll(document: JsonObject): PollFacts | null {
  const isMultiple = document['anyOf'] !== undefined && document['anyOf'] !== null
  const options = new Map<string, number>()
  for (const item of asArray(isMultiple ? document['anyOf'] : document['oneOf']).slice(0, MAX_OPTIONS)) {
    if (!isObject(item)) continue
    const title = cleanLine(decodeEntities(textOf(item['name']) ?? ''), MAX_OPTION_LENGTH)
    const replies = isObject(item['replies']) ? item['replies'] : {}
    if (title !== '' && !options.has(title))
      options.set(title, countOf(replies['totalItems'] ?? item['_misskey_votes']) ?? 0)
  }
  if (options.size < 2) return null
  const endsAt = dateOf(document['endTime'])
  const { closed } = document
  const isClosed = closed === true || closed === 'true'
  return {
    options: [...options].map(([title, votes]) => ({ title, votes })),
    isMultiple,
    endsAt,
    closedAt: dateOf(closed) ?? (isClosed ? (endsAt ?? new Date(0)) : null),
    votersCount: countOf(document['votersCount']),
  }
}
