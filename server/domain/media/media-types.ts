/** The types of files that this home keeps and serves: a fixed list, each with the ending that its files bear. */
import type { Config } from '../../core/config.ts'

const ENDINGS = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/webm': 'webm',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/ogg': 'ogg',
  'audio/flac': 'flac',
  'audio/wav': 'wav',
  'audio/webm': 'weba',
} as const

export type KeptType = keyof typeof ENDINGS

const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries(ENDINGS).map(([type, ending]) => [ending, type]),
)

export const isKeptType = (type: string): type is KeptType => Object.hasOwn(ENDINGS, type)

export const endingOf = (type: KeptType): string => ENDINGS[type]

/** Of a key that this home has given. */
export const endingOfKey = (key: string): string => key.slice(key.lastIndexOf('.') + 1)

/** By the ending of a key, which this home has chosen; null for one that it never gives. */
export const typeOfKey = (key: string): string | null => TYPES.get(endingOfKey(key)) ?? null

/** Other names under which apps know the same files. */
const ALIASES = [
  'audio/mp3',
  'audio/x-wav',
  'audio/wave',
  'audio/vnd.wave',
  'audio/m4a',
  'audio/x-m4a',
] as const

/** What apps may offer to upload. */
export const SUPPORTED_TYPES: readonly string[] = [...Object.keys(ENDINGS), ...ALIASES]

const MIB = 1_048_576

export interface UploadLimits {
  readonly imageBytes: number
  readonly videoBytes: number
  /** Of avatars and headers. */
  readonly profileBytes: number
  /** Of custom emoji. */
  readonly emojiBytes: number
}

export const uploadLimitsOf = (
  config: Pick<Config, 'mediaMaxImageMb' | 'mediaMaxVideoMb' | 'avatarMaxKb' | 'emojiMaxKb'>,
): UploadLimits => ({
  imageBytes: config.mediaMaxImageMb * MIB,
  videoBytes: config.mediaMaxVideoMb * MIB,
  profileBytes: config.avatarMaxKb * 1_024,
  emojiBytes: config.emojiMaxKb * 1_024,
})

/** Rule 60; shown to apps, kept here. */
export const MEDIA_LIMITS = {
  descriptionCharacters: 1_500,
  imagePixels: 40_000_000,
  imageSide: 16_384,
  imageFrames: 500,
  videoPixels: 8_294_400,
  videoFramesPerSecond: 120,
} as const
