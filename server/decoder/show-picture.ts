/**
 * Makes a picture of elsewhere as large as screens show it, as WebP: upright, in the colours of the web, without anything else
 * that stood in the file. Faces and headers stand still, so that nobody has to look at what blinks; custom emoji go on moving.
 * @see security rules 59, 60
 */
import sharp, { type ResizeOptions, type Sharp } from 'sharp'
import type { ShowRequest, ShownPicture, ShownUse } from '../contracts/decoding.ts'
import { type Header, readHeader } from './read-picture.ts'

/** Pixels: an avatar is a square and a header three times as wide as high, both cut; the others fit in. */
const SIDES = { avatar: 400, header: 1_500, preview: 1_280, emoji: 128 } as const
const CUT_RATIOS: Partial<Readonly<Record<ShownUse, number>>> = { avatar: 1, header: 3 }
/** An emoji of more frames is a film: its first one is shown. */
const MOST_EMOJI_FRAMES = 120

/** @throws Refusal for what is over a limit; what the decoder throws for what is damaged */
export async function showPicture({ bytes, mediaType, use, limits }: ShowRequest): Promise<ShownPicture> {
  const header = await readHeader(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    mediaType,
    limits,
  )
  const pages = use === 'emoji' && header.pages <= MOST_EMOJI_FRAMES ? header.pages : 1
  const image = sharp(bytes, { limitInputPixels: limits.imagePixels, failOn: 'error', pages })
  const upright = pages > 1 ? image : image.autoOrient()
  return written(upright.resize(sizeFor(use, header)).toColourspace('srgb'))
}

function sizeFor(use: ShownUse, { width, height }: Header): ResizeOptions {
  const ratio = CUT_RATIOS[use]
  const most = SIDES[use]
  if (ratio === undefined) return { width: most, height: most, fit: 'inside', withoutEnlargement: true }
  // Never made larger.
  const side = Math.max(1, Math.min(most, width, height * ratio))
  return { width: Math.round(side), height: Math.max(1, Math.round(side / ratio)), fit: 'cover' }
}

async function written(image: Sharp): Promise<ShownPicture> {
  const { data, info } = await image.webp({ quality: 82, effort: 3 }).toBuffer({ resolveWithObject: true })
  const { width, pageHeight, height } = info
  return { outcome: 'shown', type: 'image/webp', bytes: data, width, height: pageHeight ?? height }
}
