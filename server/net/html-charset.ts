/** The characters of an HTML page that nobody vouches for. @see HTML Living Standard 13.2.3.2, Encoding Standard 6 */
import { TextDecoder } from 'node:util'
import { parseMediaType } from './media-type.ts'

/** How far a page may declare its own encoding. */
const DECLARED_WITHIN = 2048
const DECLARATION = /<meta[^>]{0,300}?charset\s*=\s*["']?\s*([a-z0-9_:.-]{1,40})/i

/**
 * By its byte order mark, else as its header says, else as it says itself, else UTF-8 where it can be that, else
 * windows-1252. What is no character becomes U+FFFD.
 * @param contentType  the header
 */
export function decodePage(bytes: Uint8Array, contentType: string | undefined): string {
  const marked = markOf(bytes)
  const label = marked ?? parseMediaType(contentType)?.parameters.get('charset') ?? declaredIn(bytes)
  const decoder = label === undefined ? undefined : decoderOf(label)
  // The page is cut somewhere: half a character at the end is none.
  if (decoder !== undefined) return decoder.decode(bytes, { stream: true })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

function markOf(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return undefined
}

/** A page whose declaration could be read as ASCII is not in UTF-16, whatever it says. */
function declaredIn(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, DECLARED_WITHIN)).toString('latin1')
  const label = DECLARATION.exec(start)?.[1]
  return label?.toLowerCase().startsWith('utf-16') ? 'utf-8' : label
}

/** Undefined for a name that no encoding has. */
function decoderOf(label: string): TextDecoder | undefined {
  try {
    return new TextDecoder(label)
  } catch {
    return undefined
  }
}
