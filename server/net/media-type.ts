/** Reads Content-Type, and knows which types an ActivityPub document may have. */

export interface MediaType {
  /** `type/subtype` in lower case. */
  readonly essence: string
  /** Names in lower case; quotes are taken off. */
  readonly parameters: ReadonlyMap<string, string>
}

const MAX_LENGTH = 1024
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/

export const ACTIVITY_ACCEPT =
  'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
const ACTIVITY_PROFILE = 'https://www.w3.org/ns/activitystreams'

/** Undefined for what is not a media type. Linear in the length of the text. @see RFC 9110 section 8.3 */
export function parseMediaType(raw: string | undefined): MediaType | undefined {
  if (raw === undefined || raw.length > MAX_LENGTH) return undefined
  const [first = '', ...rest] = splitOutsideQuotes(raw)
  const essence = first.trim().toLowerCase()
  const [type = '', subtype = '', ...more] = essence.split('/')
  if (more.length > 0 || !TOKEN.test(type) || !TOKEN.test(subtype)) return undefined
  const parameters = new Map<string, string>()
  for (const part of rest) {
    const equals = part.indexOf('=')
    const name = part.slice(0, Math.max(equals, 0)).trim().toLowerCase()
    if (equals < 0 || !TOKEN.test(name) || parameters.has(name)) continue
    parameters.set(name, unquote(part.slice(equals + 1).trim()))
  }
  return { essence, parameters }
}

/** True for `application/activity+json`, and for `application/ld+json` with the ActivityStreams profile. */
export function isActivityType(type: MediaType | undefined): boolean {
  if (type?.essence === 'application/activity+json') return true
  if (type?.essence !== 'application/ld+json') return false
  return (type.parameters.get('profile') ?? '').split(/\s+/).includes(ACTIVITY_PROFILE)
}

function splitOutsideQuotes(raw: string): string[] {
  const parts: string[] = []
  let start = 0
  let quoted = false
  for (let at = 0; at < raw.length; at += 1) {
    const char = raw[at]
    if (quoted && char === '\\') at += 1
    else if (char === '"') quoted = !quoted
    else if (char === ';' && !quoted) {
      parts.push(raw.slice(start, at))
      start = at + 1
    }
  }
  parts.push(raw.slice(start))
  return parts
}

function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value
  return value.slice(1, -1).replace(/\\(.)/g, '$1')
}
