/**
 * Draws the icons of the tray from `build/icons/tray.svg` into `resources/icons/tray/`: one shape for each state of the home, for
 * light and dark panels, and as template images for macOS, which colours them itself. `node build/tray-icons.ts`.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import type { HomeCondition } from '../server/contracts/home-state.ts'

const ROOT = join(import.meta.dirname, '..')
const TARGET = join(ROOT, 'resources', 'icons', 'tray')

interface Shape {
  readonly under: string
  /** Stands in the corner, with room around it. */
  readonly badge?: string
  /** Cut out of what is under it. */
  readonly cut?: string
  readonly over?: string
}

/** No two are of one outline: colour says nothing here. */
const SHAPES: Readonly<Record<HomeCondition, Shape>> = {
  reachable: { under: 'house', cut: 'bird' },
  unproved: { under: 'walls', badge: 'ring' },
  only_at_home: { under: 'walls', over: 'bird' },
  starting: { under: 'walls', badge: 'dots' },
  catching_up: { under: 'house', badge: 'arrow' },
  paused: { under: 'house', badge: 'bars' },
  needs_attention: { under: 'house', badge: 'triangle' },
  stopped: { under: 'walls', badge: 'cross' },
}

/** Pixels at a scale of 1, and the scales that the system asks for. */
const SYSTEMS = {
  darwin: { size: 18, scales: [1, 2] },
  linux: { size: 24, scales: [1, 2] },
  win32: { size: 16, scales: [1, 1.25, 1.5, 2] },
} as const

const INK = { light: '#1f2328', dark: '#ffffff', template: '#000000' } as const

/** Names of the layers of the drawing and what stands in them. */
async function readLayers(): Promise<ReadonlyMap<string, string>> {
  const drawing = await readFile(join(ROOT, 'build', 'icons', 'tray.svg'), 'utf8')
  const layers = drawing.matchAll(/<g id="([\w-]+)">(.*?)<\/g>/gs)
  return new Map([...layers].map(([, name = '', content = '']) => [name, content]))
}

function drawingOf(shape: Shape, layers: ReadonlyMap<string, string>, ink: string): string {
  const layer = (name: string): string => {
    const found = layers.get(name)
    if (found === undefined) throw new Error(`build/icons/tray.svg has no layer ${name}`)
    return found
  }
  const { under, badge, cut, over } = shape
  const room = badge === 'triangle' ? 'triangle-room' : 'badge-room'
  const holes = [...(badge === undefined ? [] : [layer(room)]), ...(cut === undefined ? [] : [layer(cut)])]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" color="${ink}">
    <mask id="rest" maskUnits="userSpaceOnUse" x="0" y="0" width="24" height="24">
      <rect width="24" height="24" fill="#fff"/>
      <g color="#000" fill="#000" stroke="#000" stroke-width="0">${holes.join('')}</g>
    </mask>
    <g mask="url(#rest)">${layer(under)}${over === undefined ? '' : layer(over)}</g>
    ${badge === undefined ? '' : layer(badge)}
  </svg>`
}

async function draw(path: string, drawing: string, pixels: number): Promise<void> {
  const density = (72 * pixels) / 24
  const png = await sharp(Buffer.from(drawing), { density })
    .resize(pixels, pixels)
    .png({ compressionLevel: 9, palette: false })
    .toBuffer()
  await writeFile(path, png)
}

const layers = await readLayers()
await rm(TARGET, { recursive: true, force: true })
for (const [system, { size, scales }] of Object.entries(SYSTEMS)) {
  await mkdir(join(TARGET, system), { recursive: true })
  const inks = system === 'darwin' ? (['template'] as const) : (['light', 'dark'] as const)
  for (const [condition, shape] of Object.entries(SHAPES)) {
    for (const ink of inks) {
      const name = ink === 'template' ? `${condition}Template` : `${condition}-${ink}`
      for (const scale of scales) {
        const file = `${name}${scale === 1 ? '' : `@${scale}x`}.png`
        await draw(join(TARGET, system, file), drawingOf(shape, layers, INK[ink]), size * scale)
      }
    }
  }
}

/** Over the icon of the program on Windows, while something is unread. */
const DOT = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
  <circle cx="8" cy="8" r="7" fill="#c4320a" stroke="#fff" stroke-width="1.5"/></svg>`
for (const scale of [1, 2]) {
  const path = join(TARGET, 'win32', `unread${scale === 1 ? '' : `@${scale}x`}.png`)
  await writeFile(
    path,
    await sharp(Buffer.from(DOT), { density: 72 * scale })
      .png()
      .toBuffer(),
  )
}
