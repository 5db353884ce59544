/** The few words of UPnP's documents that are needed. They come from the network: bounded by whoever fetches them, and only read. */
import { SaxesParser } from 'saxes'

/** In the order of preference. */
const SERVICES = [
  'urn:schemas-upnp-org:service:WANIPConnection:2',
  'urn:schemas-upnp-org:service:WANIPConnection:1',
  'urn:schemas-upnp-org:service:WANPPPConnection:1',
]
const MOST_DEPTH = 40
const MOST_TEXT = 2_000

export interface UpnpService {
  readonly type: string
  /** As it is written: a path, or a whole address. */
  readonly controlUrl: string
}

/** The service of a router's description that leads ports; null where it has none or is no such document. */
export function readService(text: string): UpnpService | null {
  const found: UpnpService[] = []
  let type = ''
  let controlUrl = ''
  const isRead = walk(text, (name, value) => {
    if (name === 'serviceType') type = value
    else if (name === 'controlURL') controlUrl = value
    else if (name === 'service') {
      if (SERVICES.includes(type) && controlUrl !== '') found.push({ type, controlUrl })
      type = ''
      controlUrl = ''
    }
  })
  const best = SERVICES.map((wanted) => found.find((service) => service.type === wanted))
  return isRead ? (best.find((service) => service !== undefined) ?? null) : null
}

/** The text of the first element of this name, whatever namespace it is of; null without one. */
export function readWord(text: string, wanted: string): string | null {
  let found: string | null = null
  walk(text, (name, value) => {
    if (name === wanted) found ??= value
  })
  return found
}

/** Names without their prefix, each with its own text, as they end. @returns whether it was read to its end */
function walk(text: string, ended: (name: string, value: string) => void): boolean {
  const parser = new SaxesParser()
  const texts: string[] = []
  let isSound = true
  const refuse = (): void => {
    isSound = false
  }
  parser.on('error', refuse)
  // Nothing that is needed has one; what it could define is not taken.
  parser.on('doctype', refuse)
  parser.on('opentag', () => {
    texts.push('')
    if (texts.length > MOST_DEPTH) refuse()
  })
  parser.on('text', (piece) => {
    const at = texts.length - 1
    if (at >= 0) texts[at] = ((texts[at] ?? '') + piece).slice(0, MOST_TEXT)
  })
  parser.on('closetag', ({ name }) => {
    const value = (texts.pop() ?? '').trim()
    if (isSound) ended(name.replace(/^.*:/, ''), value)
  })
  try {
    parser.write(text).close()
  } catch {
    return false
  }
  return isSound
}
