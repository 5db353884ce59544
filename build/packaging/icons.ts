/** The program's icon in every size and form that systems ask for, from the one drawing. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { ROOT } from './places.ts'

const DRAWING = join(ROOT, 'renderer', 'public', 'icons', 'homebird.svg')
/** Of Linux's icon themes; macOS and Windows take theirs from among them. */
export const ICON_SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024] as const
const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256]
/** Names of the forms that hold PNG, with the side in pixels: @2x forms have names of their own. */
const ICNS_FORMS = [
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
] as const
const SVG_DENSITY = 72

/** Writes `icon.ico`, `icon.icns` and `linux/NxN.png` into the folder. */
export async function makeIcons(out: string): Promise<void> {
  rmSync(out, { recursive: true, force: true })
  const linux = join(out, 'linux')
  mkdirSync(linux, { recursive: true })
  const drawing = readFileSync(DRAWING)
  const { width } = await sharp(drawing).metadata()
  const pictures = new Map<number, Buffer>()
  for (const size of ICON_SIZES) {
    // Drawn at its size instead of enlarged from another.
    const density = Math.min((SVG_DENSITY * size) / width, 10_000)
    const picture = await sharp(drawing, { density }).resize(size, size).png().toBuffer()
    pictures.set(size, picture)
    writeFileSync(join(linux, `${size}x${size}.png`), picture)
  }
  const pictureOf = (size: number): Buffer => pictures.get(size) ?? Buffer.alloc(0)
  writeFileSync(join(out, 'icon.ico'), ico(ICO_SIZES.map((size) => [size, pictureOf(size)] as const)))
  writeFileSync(
    join(out, 'icon.icns'),
    icns(ICNS_FORMS.map(([name, size]) => [name, pictureOf(size)] as const)),
  )
}

/** @see ICONDIR and ICONDIRENTRY of Windows; entries may be PNG since Vista */
function ico(pictures: readonly (readonly [size: number, png: Buffer])[]): Buffer {
  const head = Buffer.alloc(6 + 16 * pictures.length)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(pictures.length, 4)
  let offset = head.length
  for (const [index, [size, png]] of pictures.entries()) {
    const entry = 6 + 16 * index
    head.writeUInt8(size % 256, entry) // 0 means 256
    head.writeUInt8(size % 256, entry + 1)
    head.writeUInt16LE(1, entry + 4) // planes
    head.writeUInt16LE(32, entry + 6) // bits of a pixel
    head.writeUInt32LE(png.length, entry + 8)
    head.writeUInt32LE(offset, entry + 12)
    offset += png.length
  }
  return Buffer.concat([head, ...pictures.map(([, png]) => png)])
}

/** An `icns` file: its name and length, then each form with its own. */
function icns(pictures: readonly (readonly [name: string, png: Buffer])[]): Buffer {
  const parts = pictures.map(([name, png]) => {
    const head = Buffer.alloc(8)
    head.write(name, 'latin1')
    head.writeUInt32BE(8 + png.length, 4)
    return Buffer.concat([head, png])
  })
  const head = Buffer.alloc(8)
  head.write('icns', 'latin1')
  head.writeUInt32BE(8 + parts.reduce((sum, part) => sum + part.length, 0), 4)
  return Buffer.concat([head, ...parts])
}
