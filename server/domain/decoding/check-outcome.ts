/** What a decoder answers is looked at like what comes from elsewhere: it has read bytes that nobody vouches for. */
import type {
  DecodeOutcome,
  DecodeRequest,
  DecodedFile,
  DecodedPicture,
  DecodeLimits,
  ReadRecording,
  ShowOutcome,
  TellingPart,
} from '../../contracts/decoding.ts'
import { isKeptType } from '../media/media-types.ts'
import { SNIFF_BYTES, sniffMedia } from '../media/sniff-media.ts'

const MOST_REASON = 200
const MOST_PARTS = 100_000
/** Of one part. */
const MOST_HEAD_BYTES = 64

type Members = Readonly<Record<string, unknown>>

/** @returns null for what no decoder of ours would say */
export function checkOutcome(raw: unknown, request: DecodeRequest): DecodeOutcome | null {
  if (!isMembers(raw)) return null
  if (raw['outcome'] === 'refused' && typeof raw['reason'] === 'string') {
    return { outcome: 'refused', reason: raw['reason'].slice(0, MOST_REASON) }
  }
  const isPicture = request.mediaType.startsWith('image/')
  if (raw['outcome'] === 'picture' && isPicture) return checkPicture(raw, request)
  return raw['outcome'] === 'recording' && !isPicture ? checkRecording(raw, request) : null
}

/** @returns null for what no decoder of ours would say */
export function checkShown(raw: unknown, limits: Pick<DecodeLimits, 'imagePixels'>): ShowOutcome | null {
  if (!isMembers(raw)) return null
  const { outcome, reason } = raw
  if (outcome === 'unreadable') return { outcome }
  if (outcome === 'refused' && typeof reason === 'string') {
    return { outcome, reason: reason.slice(0, MOST_REASON) }
  }
  const file = outcome === 'shown' ? checkFile(raw, { limits }) : null
  return file === null ? null : { outcome: 'shown', ...file }
}

function checkPicture(raw: Members, request: DecodeRequest): DecodedPicture | null {
  const main = checkFile(raw, request)
  const preview = raw['preview'] === null ? null : checkFile(raw['preview'], request)
  const { blurhash } = raw
  const hasHash = typeof blurhash === 'string' && /^[\w#$%*+,\-.:;=?@[\]^{|}~]{6,100}$/.test(blurhash)
  if (main === null || !hasHash || (preview === null && raw['preview'] !== null)) return null
  return { outcome: 'picture', ...main, blurhash, preview }
}

function checkFile(
  raw: unknown,
  { limits }: { readonly limits: Pick<DecodeLimits, 'imagePixels'> },
): DecodedFile | null {
  if (!isMembers(raw)) return null
  const { type, bytes, width, height } = raw
  if (typeof type !== 'string' || !isKeptType(type) || !(bytes instanceof Uint8Array)) return null
  if (!isSide(width) || !isSide(height) || width * height > limits.imagePixels) return null
  const sniffed = sniffMedia(Buffer.from(bytes.subarray(0, SNIFF_BYTES)))
  return sniffed?.type === type && sniffed.family === 'image' ? { type, bytes, width, height } : null
}

function checkRecording(raw: Members, { size }: DecodeRequest): ReadRecording | null {
  const { kind, type, width, height, durationSeconds, frameRate, telling } = raw
  if (kind !== 'video' && kind !== 'gifv' && kind !== 'audio') return null
  if (typeof type !== 'string' || !isKeptType(type) || type.startsWith('image/')) return null
  const hasSides = isSideOrNull(width) && isSideOrNull(height)
  if (!hasSides || !isPositive(durationSeconds) || (frameRate !== null && !isPositive(frameRate))) return null
  if (!Array.isArray(telling) || telling.length > MOST_PARTS) return null
  const parts = telling.flatMap((part: unknown) => checkPart(part, size) ?? [])
  if (parts.length !== telling.length) return null
  return { outcome: 'recording', kind, type, width, height, durationSeconds, frameRate, telling: parts }
}

function checkPart(raw: unknown, size: number): TellingPart | null {
  if (!isMembers(raw)) return null
  const { start, end, head } = raw
  if (!isWhole(start) || !isWhole(end) || !(head instanceof Uint8Array)) return null
  const isWithin = start + head.length <= end && end <= size
  return isWithin && head.length <= MOST_HEAD_BYTES ? { start, end, head } : null
}

const isMembers = (raw: unknown): raw is Members => typeof raw === 'object' && raw !== null
const isWhole = (raw: unknown): raw is number => Number.isSafeInteger(raw) && (raw as number) >= 0
const isSide = (raw: unknown): raw is number => isWhole(raw) && raw > 0 && raw <= 65_535
const isSideOrNull = (raw: unknown): raw is number | null => raw === null || isSide(raw)
const isPositive = (raw: unknown): raw is number => typeof raw === 'number' && raw > 0 && raw < 1e9
