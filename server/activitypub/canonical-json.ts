/**
 * One spelling for every JSON value, so that a signature over it survives being parsed and written again.
 * @see RFC 8785 (JSON Canonicalization Scheme)
 */

/**
 * Members in the order of their UTF-16 code units, numbers and texts as ECMAScript writes them, no white space.
 * @param value  as `JSON.parse` gave it; no deeper than the documents that are accepted, since it recurses
 * @throws TypeError for what JSON does not have, and for half a surrogate pair
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `{${members.map(([name, member]) => `${text(name)}:${canonicalJson(member)}`).join(',')}}`
  }
  if (typeof value === 'string') return text(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  throw new TypeError(`a value of type ${typeof value} is not JSON`)
}

function text(value: string): string {
  if (!value.isWellFormed()) throw new TypeError('a text holds half a surrogate pair')
  return JSON.stringify(value)
}
