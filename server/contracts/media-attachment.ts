/** Media of a status. */
export type MediaType = 'image' | 'video' | 'gifv' | 'audio' | 'unknown'

export interface MediaDimensions {
  readonly width?: number
  readonly height?: number
  /** `640x480` */
  readonly size?: string
  readonly aspect?: number
  /** Seconds. */
  readonly duration?: number
  readonly bitrate?: number
  readonly frame_rate?: string
}

export interface MediaMeta {
  readonly original?: MediaDimensions
  readonly small?: MediaDimensions
  /** From -1 to 1, the middle being 0. */
  readonly focus?: { readonly x: number; readonly y: number }
}

export interface MediaAttachment {
  readonly id: string
  readonly type: MediaType
  /** Null while it is being worked on. */
  readonly url: string | null
  readonly preview_url: string | null
  /** Where it lies at its origin; null for uploads of this home. */
  readonly remote_url: string | null
  readonly preview_remote_url: string | null
  readonly text_url: null
  readonly meta: MediaMeta | null
  readonly description: string | null
  readonly blurhash: string | null
}
