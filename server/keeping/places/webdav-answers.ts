/** What a WebDAV server tells of the files in a folder. It comes from outside: nothing is expanded, and all is bounded by whoever reads it. */
import { SaxesParser } from 'saxes'

export interface DavEntry {
  /** As the server writes it: a path, or a whole address. */
  readonly href: string
  readonly isFolder: boolean
  readonly bytes: number
  readonly modifiedAt: Date
  /** RFC 4331; null where it is not told. */
  readonly freeBytes: number | null
}

const DAV = 'DAV:'
const MOST_DEPTH = 40
const MOST_TEXT = 4_000

/** @throws Error for what is no answer of this kind, and for one with a DOCTYPE */
export function readMultistatus(xml: string): DavEntry[] {
  const parser = new SaxesParser({ xmlns: true })
  const found: DavEntry[] = []
  const texts: string[] = []
  let isMultistatus = false
  let now: Map<string, string> = new Map()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('doctype', () => {
    throw new Error('it has a DOCTYPE')
  })
  parser.on('opentag', ({ uri, local }) => {
    texts.push('')
    if (texts.length > MOST_DEPTH) throw new Error(`it nests deeper than ${MOST_DEPTH}`)
    if (uri !== DAV) return
    if (local === 'multistatus') isMultistatus = true
    if (local === 'response') now = new Map()
    if (local === 'collection') now.set(local, 'yes')
  })
  parser.on('text', (piece) => {
    const at = texts.length - 1
    if (at >= 0) texts[at] = ((texts[at] ?? '') + piece).slice(0, MOST_TEXT)
  })
  parser.on('closetag', ({ uri, local }) => {
    const text = (texts.pop() ?? '').trim()
    if (uri !== DAV) return
    // What a server does not know stands there empty.
    if (local !== 'collection' && text !== '' && !now.has(local)) now.set(local, text)
    if (local === 'response' && now.has('href')) found.push(entryFrom(now))
  })
  parser.write(xml).close()
  if (!isMultistatus) throw new Error('it is no multistatus')
  return found
}

function entryFrom(told: ReadonlyMap<string, string>): DavEntry {
  const moment = new Date(told.get('getlastmodified') ?? '')
  const free = Number(told.get('quota-available-bytes') ?? Number.NaN)
  const bytes = Number(told.get('getcontentlength') ?? 0)
  return {
    href: told.get('href') ?? '',
    isFolder: told.has('collection'),
    bytes: Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : 0,
    modifiedAt: Number.isNaN(moment.getTime()) ? new Date(0) : moment,
    freeBytes: Number.isSafeInteger(free) && free >= 0 ? free : null,
  }
}
