/** Where a window stands: what is kept of it, and what becomes of that when the screens are others. */

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface WindowPlace extends Rectangle {
  readonly isMaximized: boolean
  readonly isFullScreen: boolean
  readonly zoomLevel: number
}

export interface Screen {
  readonly bounds: Rectangle
  /** Without panels and docks. */
  readonly workArea: Rectangle
  readonly scaleFactor: number
}

/** One place for each set of screens: at the desk, on the road. The newest stands last. */
export type KeptPlaces = readonly (readonly [screens: string, place: WindowPlace])[]

/** Room for the three columns where the screen has it. */
const WANTED = { width: 1200, height: 820 }
export const LEAST = { width: 320, height: 400 }
const MOST_KEPT = 8
const MAX_ZOOM = 9
/** So much of the upper edge has to be on a screen that a hand can take the window by it. */
const HANDLE = { width: 120, height: 32 }

/** Names a set of screens by where they are and how large. */
export function screensKey(screens: readonly Screen[]): string {
  return screens
    .map(({ bounds, scaleFactor }) =>
      [bounds.x, bounds.y, bounds.width, bounds.height, scaleFactor].join(','),
    )
    .sort()
    .join(';')
}

/** @param raw  what was kept; anything that is no place is left out */
export function readPlaces(raw: unknown): KeptPlaces {
  if (!Array.isArray(raw)) return []
  return raw
    .flatMap((entry: unknown): [string, WindowPlace][] => {
      if (!Array.isArray(entry)) return []
      const place = readPlace(entry[1])
      return typeof entry[0] === 'string' && place !== null ? [[entry[0], place]] : []
    })
    .slice(-MOST_KEPT)
}

type Four = [number, number, number, number]

function readPlace(raw: unknown): WindowPlace | null {
  if (typeof raw !== 'object' || raw === null) return null
  const fields = raw as Record<string, unknown>
  const [x, y, width, height] = [fields['x'], fields['y'], fields['width'], fields['height']].map(
    pixelsOf,
  ) as Four
  // Not a number is not above anything.
  if (!(width >= 1 && height >= 1) || Number.isNaN(x + y)) return null
  const zoom = fields['zoomLevel']
  return {
    x,
    y,
    width,
    height,
    isMaximized: fields['isMaximized'] === true,
    isFullScreen: fields['isFullScreen'] === true,
    zoomLevel: typeof zoom === 'number' && Math.abs(zoom) <= MAX_ZOOM ? zoom : 0,
  }
}

function pixelsOf(value: unknown): number {
  return typeof value === 'number' && Math.abs(value) < 100_000 ? Math.round(value) : Number.NaN
}

export function withPlace(kept: KeptPlaces, screens: string, place: WindowPlace): KeptPlaces {
  return [...kept.filter(([key]) => key !== screens), [screens, place] as const].slice(-MOST_KEPT)
}

/** Where a window is put that opens now. @param screens  the first is the main one */
export function placeFor(kept: KeptPlaces, screens: readonly Screen[]): WindowPlace {
  const key = screensKey(screens)
  const here = kept.find(([its]) => its === key)?.[1]
  const last = here ?? kept.at(-1)?.[1]
  const area = screens[0]?.workArea ?? { x: 0, y: 0, ...WANTED }
  if (last === undefined) {
    return { ...centred(WANTED, area), isMaximized: false, isFullScreen: false, zoomLevel: 0 }
  }
  // Full screen over a set of screens that it was never used with would be a surprise.
  return { ...last, ...mended(last, screens), isFullScreen: here !== undefined && last.isFullScreen }
}

/** Another window stands a little lower, so that both are seen. */
export function besides(place: WindowPlace, screens: readonly Screen[]): WindowPlace {
  const moved = { ...place, x: place.x + 32, y: place.y + 32, isMaximized: false, isFullScreen: false }
  return { ...moved, ...mended(moved, screens) }
}

/** The same rectangle where a hand can reach it; else as much of it as fits on the screen it was most on. */
export function mended(wanted: Rectangle, screens: readonly Screen[]): Rectangle {
  const areas = screens.map(({ workArea }) => workArea)
  const area = areas.reduce<Rectangle | undefined>(
    (best, next) => (best === undefined || overlap(next, wanted) > overlap(best, wanted) ? next : best),
    undefined,
  )
  if (area === undefined) return wanted
  const width = Math.min(Math.max(wanted.width, LEAST.width), area.width)
  const height = Math.min(Math.max(wanted.height, LEAST.height), area.height)
  const sized = { x: wanted.x, y: wanted.y, width, height }
  const isReachable = areas.some((its) => hasHandle(sized, its))
  return isReachable ? sized : centred(sized, area)
}

function hasHandle({ x, y, width }: Rectangle, area: Rectangle): boolean {
  const seen = Math.min(x + width, area.x + area.width) - Math.max(x, area.x)
  return seen >= Math.min(HANDLE.width, width) && y >= area.y && y + HANDLE.height <= area.y + area.height
}

function centred(size: { width: number; height: number }, area: Rectangle): Rectangle {
  const width = Math.min(size.width, area.width)
  const height = Math.min(size.height, area.height)
  return {
    x: area.x + Math.round((area.width - width) / 2),
    y: area.y + Math.round((area.height - height) / 2),
    width,
    height,
  }
}

function overlap(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  return Math.max(0, width) * Math.max(0, height)
}
