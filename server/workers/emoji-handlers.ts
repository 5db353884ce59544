/**
 * Looks at the pictures of custom emoji at their origin: small, and a picture by its first bytes. Only as much is read as
 * that takes; readers get them through the proxy when they are shown.
 * @see security rules 44, 57
 */
import { describeError } from '../core/errors.ts'
import type { Row } from '../db/tables.ts'
import type { emojiGraph } from '../domain/emojis/emoji-graph.ts'
import { SNIFF_BYTES, sniffMedia } from '../domain/media/sniff-media.ts'
import type { Home } from '../domain/owner/home.ts'
import {
  FETCH_LIMITS,
  type FetchFailure,
  type FetchedMedia,
  type SafeFetch,
  fetchFailureOf,
} from '../net/fetch-types.ts'
import { type HandlersOf, type Verdict, again } from '../stator/graph.ts'

export interface EmojiParts {
  readonly home: Pick<Home, 'isBlockedDomain'>
  readonly fetch: Pick<SafeFetch, 'fetchMedia'>
}

export function emojiHandlers(parts: EmojiParts): HandlersOf<typeof emojiGraph> {
  return { outdated: { each: async (emoji, { signal }) => inspect(parts, emoji, signal) } }
}

type EmojiVerdict = Verdict<'updated' | 'unusable'>

const unusable = (note: string): EmojiVerdict => ({ to: 'unusable', note })

async function inspect(
  { home, fetch }: EmojiParts,
  emoji: Row<'emojis'>,
  signal: AbortSignal,
): Promise<EmojiVerdict> {
  if (emoji.host === null) return 'updated'
  const blocked = [emoji.host, emoji.image_host].find((host) => home.isBlockedDomain(host))
  if (blocked !== undefined) return unusable(`${blocked} is blocked`)
  try {
    const media = await fetch.fetchMedia(emoji.url, {
      maxBytes: FETCH_LIMITS.emojiBytes,
      accept: 'image/*',
      signal,
    })
    const type = sniffMedia(await readHead(media))
    return type?.family === 'image' ? 'updated' : unusable(`it is ${type?.type ?? 'of no known type'}`)
  } catch (error) {
    const failure = fetchFailureOf(error)
    if (failure === undefined) throw error
    return isFinal(failure) ? unusable(describeError(error)) : again({ reason: describeError(error) })
  }
}

/** Where the size was not told, it is read to its end: too much of it fails. */
async function readHead({ body, contentLength }: FetchedMedia): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    if (size < SNIFF_BYTES) chunks.push(chunk as Buffer)
    size += (chunk as Buffer).length
    if (size >= SNIFF_BYTES && contentLength !== null) break
  }
  return Buffer.concat(chunks).subarray(0, SNIFF_BYTES)
}

/** What another try would not change; the rest may be a server that is down for a while. */
function isFinal({ reason, status }: FetchFailure): boolean {
  switch (reason) {
    case 'url':
    case 'own_host':
    case 'blocked':
    case 'address':
    case 'redirect':
    case 'type':
    case 'encoding':
    case 'size':
      return true
    case 'status':
      return status === 404 || status === 410
    case 'paused':
    case 'name':
    case 'connection':
    case 'certificate':
    case 'protocol':
    case 'aborted':
    case 'closed':
    case 'timeout':
      return false
  }
}
