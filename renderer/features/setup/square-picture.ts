/** Makes the square that a profile shows from whatever picture somebody chose, in this window. */

const SIDE = 400
/** Larger files are no pictures of people. */
const MOST_BYTES = 40 * 1_048_576

/**
 * @returns a `data:` address of at most some 100 kB: small enough to be kept beside the other answers
 * @throws when it cannot be read as a picture
 */
export async function squarePicture(file: Blob): Promise<string> {
  if (file.size > MOST_BYTES) throw new Error(`${file.size} bytes are too many for a picture`)
  const bitmap = await createImageBitmap(file)
  try {
    const side = Math.min(bitmap.width, bitmap.height)
    const canvas = document.createElement('canvas')
    canvas.width = SIDE
    canvas.height = SIDE
    const brush = canvas.getContext('2d')
    if (brush === null) throw new Error('this browser draws no pictures')
    brush.imageSmoothingQuality = 'high'
    const [x, y] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2]
    brush.drawImage(bitmap, x, y, side, side, 0, 0, SIDE, SIDE)
    return canvas.toDataURL('image/webp', 0.9)
  } finally {
    bitmap.close()
  }
}

/** The file of such an address. `fetch` would be stopped by the content policy. */
export function fileOfDataUrl(url: string): Blob {
  const [head = '', data = ''] = url.split(',', 2)
  const type = /^data:([\w/+.-]+)/.exec(head)?.[1] ?? 'application/octet-stream'
  return new Blob([Uint8Array.from(atob(data), (sign) => sign.codePointAt(0) ?? 0)], { type })
}
