/**
 * Reads a picture and writes it anew: upright, in the colours of the web, without anything that says where, when or with
 * what it was taken. Its header is looked at before any pixel is.
 * @see security rules 59 to 61
 */
import sharp, { type ResizeOptions, type Sharp } from 'sharp'
import type { DecodeLimits, DecodeRequest, DecodedFile, DecodedPicture } from '../contracts/decoding.ts'
import { blurhashOf } from './blurhash.ts'
import { cleanAnimation } from './clean-animation.ts'
import { Refusal } from './refusal.ts'

/** What a screen shows; a larger picture is made smaller. */
const MOST_KEPT_PIXELS = 8_294_400
const PREVIEW_SIDE = 640
/** A PNG that stays larger is a photograph, for which WebP was made. */
const LARGE_PNG_BYTES = 6 * 1_048_576
const BLUR_SIDE = 32
/** Four times as large as it stands in a line, for screens and zoom. */
const EMOJI_SIDE = 256
/** Its decoder takes 18 bytes for each pixel, where all memory is half a gigabyte. */
const MOST_AVIF_PIXELS = 20_000_000

/** The shape of pictures of profiles: at most this wide, and cut to this ratio. */
const PROFILE_SHAPES = { avatar: { width: 400, ratio: 1 }, header: { width: 1_500, ratio: 3 } } as const

const FORMATS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'heif',
}

sharp.cache(false)
sharp.concurrency(1)
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Nsgif', 'Webp', 'Heif'].map((name) => `VipsForeignLoad${name}Buffer`),
})

/** As it is seen, turned upright. */
export interface Header {
  readonly width: number
  readonly height: number
  readonly pages: number
}

type HeaderLimits = Pick<DecodeLimits, 'imagePixels' | 'imageSide' | 'imageFrames'>

/** @throws Refusal for what is over a limit; what the decoder throws for what is damaged */
export async function readPicture(bytes: Buffer, request: DecodeRequest): Promise<DecodedPicture> {
  const { use, limits, mediaType } = request
  const header = await readHeader(bytes, mediaType, limits)
  const animation = use === 'attachment' ? cleanAnimation(bytes, mediaType, limits.imageFrames) : null
  const main =
    animation === null
      ? await writeStill(bytes, request, header)
      : { type: mediaType, bytes: animation, width: header.width, height: header.height }
  const preview = await writePreview(animation === null ? main.bytes : bytes, limits)
  const isSmall =
    use !== 'attachment' || (animation === null && Math.max(main.width, main.height) <= PREVIEW_SIDE)
  return {
    outcome: 'picture',
    ...main,
    blurhash: await readBlurhash(preview.bytes),
    preview: isSmall ? null : preview,
  }
}

const open = (bytes: Uint8Array, { imagePixels }: DecodeLimits) =>
  sharp(bytes, { limitInputPixels: imagePixels, failOn: 'error', pages: 1 })

/** Looks at no pixel. @throws Refusal for what is over a limit */
export async function readHeader(bytes: Buffer, mediaType: string, limits: HeaderLimits): Promise<Header> {
  const found = await sharp(bytes, { limitInputPixels: false, failOn: 'error' }).metadata()
  const { pageHeight, pages = 1, format } = found
  const isAvif = format !== 'heif' || found.compression === 'av1'
  if (format !== FORMATS[mediaType] || !isAvif) throw new Refusal('The picture is not what it says it is.')
  const { width, height } = found.autoOrient
  const header = { width, height: pageHeight ?? height, pages }
  const [long, area] = [Math.max(header.width, header.height), header.width * header.height]
  if (long > limits.imageSide) {
    throw new Refusal(`The picture is larger than ${limits.imageSide} pixels on one side.`)
  }
  const mostPixels = mediaType === 'image/avif' ? MOST_AVIF_PIXELS : limits.imagePixels
  if (area > mostPixels) {
    throw new Refusal(`The picture has more than ${Math.floor(mostPixels / 1_000_000)} million pixels.`)
  }
  if (pages > limits.imageFrames) throw new Refusal(`The picture has more than ${limits.imageFrames} frames.`)
  return header
}

async function writeStill(bytes: Buffer, request: DecodeRequest, header: Header): Promise<DecodedFile> {
  const { use, limits, mediaType } = request
  const upright = open(bytes, limits).autoOrient().resize(sizeFor(use, header)).toColourspace('srgb')
  if (mediaType === 'image/jpeg')
    return written('image/jpeg', upright.jpeg({ quality: 88, progressive: true }))
  if (mediaType === 'image/png' || mediaType === 'image/gif') {
    const png = await written('image/png', upright.clone().png({ compressionLevel: 7 }))
    if (png.bytes.length <= LARGE_PNG_BYTES) return png
  }
  return written('image/webp', upright.webp({ quality: 88, effort: 3 }))
}

function sizeFor(use: DecodeRequest['use'], { width, height }: Header): ResizeOptions {
  if (use === 'thumbnail') return inside(PREVIEW_SIDE)
  if (use === 'emoji') return inside(EMOJI_SIDE)
  if (use === 'attachment') {
    const scale = Math.min(1, Math.sqrt(MOST_KEPT_PIXELS / (width * height)))
    return inside(Math.max(1, Math.floor(Math.max(width, height) * scale)))
  }
  const shape = PROFILE_SHAPES[use]
  // Never made larger.
  const side = Math.max(1, Math.min(shape.width, width, height * shape.ratio))
  return { width: side, height: Math.max(1, Math.round(side / shape.ratio)), fit: 'cover' }
}

const inside = (side: number): ResizeOptions => ({
  width: side,
  height: side,
  fit: 'inside',
  withoutEnlargement: true,
})

async function written(type: string, image: Sharp): Promise<DecodedFile> {
  const { data, info } = await image.toBuffer({ resolveWithObject: true })
  return { type, bytes: data, width: info.width, height: info.height }
}

async function writePreview(bytes: Uint8Array, limits: DecodeLimits): Promise<DecodedFile> {
  return written(
    'image/webp',
    open(bytes, limits).resize(inside(PREVIEW_SIDE)).webp({ quality: 80, effort: 3 }),
  )
}

async function readBlurhash(bytes: Uint8Array): Promise<string> {
  const { data, info } = await sharp(bytes)
    .flatten({ background: '#ffffff' })
    .resize({ width: BLUR_SIDE, height: BLUR_SIDE, fit: 'inside' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height } = info
  const [across, down] = width > height ? [4, 3] : width < height ? [3, 4] : [4, 4]
  return blurhashOf(data, width, height, across, down)
}
