/** What a process of the home and its decoders say to each other. Plain data only. */

export type DecodeUse = 'attachment' | 'thumbnail' | 'avatar' | 'header' | 'emoji'

export interface DecodeLimits {
  readonly imagePixels: number
  /** Pixels of the longer side. */
  readonly imageSide: number
  readonly imageFrames: number
  readonly videoPixels: number
  readonly videoFramesPerSecond: number
}

/** Sent once to each decoder, which finds the file behind its third descriptor. */
export interface DecodeRequest {
  /** By the first bytes of the file. */
  readonly mediaType: string
  readonly size: number
  readonly use: DecodeUse
  readonly limits: DecodeLimits
}

export interface DecodedFile {
  readonly type: string
  readonly bytes: Uint8Array
  readonly width: number
  readonly height: number
}

/** A picture, written anew. */
export interface DecodedPicture extends DecodedFile {
  readonly outcome: 'picture'
  readonly blurhash: string
  /** Null where the picture itself is small enough. */
  readonly preview: DecodedFile | null
}

/** A part of a file that says where and with what it was made: it becomes empty space of the same length. */
export interface TellingPart {
  readonly start: number
  /** The first byte behind it. */
  readonly end: number
  /** What stands at its beginning then, so that readers pass over it; the rest is zeros. */
  readonly head: Uint8Array
}

/** A video or sound, which passes untouched but for its telling parts. */
export interface ReadRecording {
  readonly outcome: 'recording'
  readonly kind: 'video' | 'gifv' | 'audio'
  readonly type: string
  readonly width: number | null
  readonly height: number | null
  readonly durationSeconds: number
  readonly frameRate: number | null
  readonly telling: readonly TellingPart[]
}

export interface RefusedFile {
  readonly outcome: 'refused'
  /** One sentence for the owner. */
  readonly reason: string
}

export type DecodeOutcome = DecodedPicture | ReadRecording | RefusedFile

/** Where a picture of elsewhere is shown. */
export type ShownUse = 'avatar' | 'header' | 'preview' | 'emoji'

/** Sent any number of times to a decoder that lives for a while, one after the other: the picture comes along. */
export interface ShowRequest {
  readonly bytes: Uint8Array
  /** By the first bytes. */
  readonly mediaType: string
  readonly use: ShownUse
  readonly limits: Pick<DecodeLimits, 'imagePixels' | 'imageSide' | 'imageFrames'>
}

/** As large as it is shown. */
export interface ShownPicture extends DecodedFile {
  readonly outcome: 'shown'
}

/** `unreadable`: damaged, as far as this decoder knows; it is over no limit that could be told. */
export type ShowOutcome = ShownPicture | RefusedFile | { readonly outcome: 'unreadable' }

/** Of one piece of a file. */
export const MOST_READ_BYTES = 4 * 1_048_576

/** Sent once by the supervisor to a decoder that it has started for another process: where that one waits for it. */
export interface DecoderOrder {
  readonly type: 'decode'
  readonly socket: string
  /** By it the decoder is known there; it has been told to nobody else. */
  readonly word: string
}

export type ToDecoder =
  | DecodeRequest
  | ShowRequest
  /** To a `read` of the same id; nothing where the file ends. */
  | { readonly type: 'bytes'; readonly id: number; readonly bytes: Uint8Array }

export type FromDecoder =
  /** Of the file of its request, where it has no descriptor: at most `MOST_READ_BYTES`. */
  | { readonly type: 'read'; readonly id: number; readonly start: number; readonly length: number }
  /** Sent ten times a second. */
  | { readonly type: 'memory'; readonly rssBytes: number }
  | { readonly type: 'done'; readonly outcome: DecodeOutcome }
  | { readonly type: 'shown'; readonly outcome: ShowOutcome }
