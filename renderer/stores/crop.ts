/** Which part of a picture is kept when it is cut to a shape around the point that matters. */

export interface Size {
  readonly width: number
  readonly height: number
}

/** From 0 to 1 each, from the start and the top of the picture. */
export interface FocalPoint {
  readonly x: number
  readonly y: number
}

export interface Cut extends Size {
  readonly left: number
  readonly top: number
}

/** The largest part of the shape, as near to the middle of the point as the edges allow. */
export function cutAround(picture: Size, aspect: number, point: FocalPoint): Cut {
  const width = Math.min(picture.width, picture.height * aspect)
  const height = width / aspect
  const place = (at: number, whole: number, part: number): number =>
    Math.min(Math.max(at * whole - part / 2, 0), whole - part)
  return {
    left: place(point.x, picture.width, width),
    top: place(point.y, picture.height, height),
    width,
    height,
  }
}

/** @param step  of a key press */
export function movePoint(point: FocalPoint, key: string, step = 0.05): FocalPoint {
  const within = (value: number): number => Math.round(Math.min(Math.max(value, 0), 1) * 1_000) / 1_000
  switch (key) {
    case 'ArrowLeft':
      return { ...point, x: within(point.x - step) }
    case 'ArrowRight':
      return { ...point, x: within(point.x + step) }
    case 'ArrowUp':
      return { ...point, y: within(point.y - step) }
    case 'ArrowDown':
      return { ...point, y: within(point.y + step) }
    default:
      return point
  }
}
