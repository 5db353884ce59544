/** The type of a file by its first bytes, out of a fixed list. What is not on it is not served. */

export const SNIFF_BYTES = 64

export type MediaFamily = 'image' | 'video' | 'audio'

export interface SniffedType {
  readonly type: string
  readonly family: MediaFamily
}

const image = (type: string): SniffedType => ({ type: `image/${type}`, family: 'image' })
const video = (type: string): SniffedType => ({ type: `video/${type}`, family: 'video' })
const audio = (type: string): SniffedType => ({ type: `audio/${type}`, family: 'audio' })

/** @param head  the first bytes, `SNIFF_BYTES` of them where there are as many */
export function sniffMedia(head: Buffer): SniffedType | null {
  const text = (start: number, length: number): string => head.toString('latin1', start, start + length)
  const has = (...bytes: number[]): boolean => bytes.every((byte, index) => head[index] === byte)
  if (head.length < 12) return null
  if (has(0xff, 0xd8, 0xff)) return image('jpeg')
  if (has(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return image('png')
  if (text(0, 6) === 'GIF87a' || text(0, 6) === 'GIF89a') return image('gif')
  if (text(0, 4) === 'RIFF') return sniffRiff(text(8, 4))
  if (text(4, 4) === 'ftyp') return sniffIsoMedia(text(8, 4), head.toString('latin1', 16))
  if (has(0x1a, 0x45, 0xdf, 0xa3)) return video('webm')
  if (text(0, 4) === 'OggS') return text(28, 8).includes('theora') ? video('ogg') : audio('ogg')
  if (text(0, 4) === 'fLaC') return audio('flac')
  const isMpegFrame = head[0] === 0xff && ((head[1] ?? 0) & 0xe6) === 0xe2
  return text(0, 3) === 'ID3' || isMpegFrame ? audio('mpeg') : null
}

function sniffRiff(form: string): SniffedType | null {
  if (form === 'WEBP') return image('webp')
  return form === 'WAVE' ? audio('wav') : null
}

/** @param brand  the major brand; the compatible ones follow it */
function sniffIsoMedia(brand: string, compatible: string): SniffedType | null {
  if (brand === 'avif' || brand === 'avis') return image('avif')
  if (brand === 'mif1' || brand === 'msf1') return compatible.includes('avif') ? image('avif') : null
  if (/^(?:heic|heix|hevc|heim|heis|hevm|hevs)$/.test(brand)) return null
  if (brand === 'M4A ' || brand === 'M4B ') return audio('mp4')
  return brand === 'qt  ' ? video('quicktime') : video('mp4')
}
