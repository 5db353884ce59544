/** Where a picture lies in its frame while somebody zooms and moves it: plain arithmetic, in CSS pixels from the middle. */

export interface PictureView {
  /** 1 shows the whole picture. */
  readonly scale: number
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

export const WHOLE: PictureView = { scale: 1, x: 0, y: 0 }
const MAX_SCALE = 8

/**
 * Makes the picture larger or smaller around a point, which stays where it is.
 * @param at     measured from the middle of the frame
 * @param shown  of the picture at scale 1
 */
export function zoomed(view: PictureView, factor: number, at: Point, shown: Size, frame: Size): PictureView {
  const scale = Math.min(MAX_SCALE, Math.max(1, view.scale * factor))
  const ratio = scale / view.scale
  return kept({ scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio }, shown, frame)
}

export function moved(view: PictureView, by: Point, shown: Size, frame: Size): PictureView {
  return kept({ ...view, x: view.x + by.x, y: view.y + by.y }, shown, frame)
}

/** No edge comes further in than the edge of the frame; what is smaller than the frame stays in the middle. */
function kept({ scale, x, y }: PictureView, shown: Size, frame: Size): PictureView {
  const room = (size: number, outer: number): number => Math.max(0, (size * scale - outer) / 2)
  const within = (value: number, most: number): number => Math.min(most, Math.max(-most, value)) + 0
  return {
    scale,
    x: within(x, room(shown.width, frame.width)),
    y: within(y, room(shown.height, frame.height)),
  }
}

/** The size at which a picture fits into a frame; never larger than it is. */
export function fitted(picture: Size, frame: Size): Size {
  if (picture.width <= 0 || picture.height <= 0) return { width: 0, height: 0 }
  const ratio = Math.min(1, frame.width / picture.width, frame.height / picture.height)
  return { width: picture.width * ratio, height: picture.height * ratio }
}

/** Far enough and more sideways than up or down. @returns which way the fingers went, or null */
export function swipeOf(by: Point): 'left' | 'right' | 'down' | null {
  if (Math.abs(by.x) > 60 && Math.abs(by.x) > 1.5 * Math.abs(by.y)) return by.x < 0 ? 'left' : 'right'
  return by.y > 90 && by.y > 1.5 * Math.abs(by.x) ? 'down' : null
}
