/** The colours of a picture before the picture. */
import { decodeBlurHash } from 'fast-blurhash'
import { useEffect, useRef } from 'react'

const SIZE = 32

export function BlurhashCanvas({ hash, className }: { readonly hash: string; readonly className: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    const pixels = decode(hash)
    if (context === null || context === undefined || pixels === null) return
    const image = context.createImageData(SIZE, SIZE)
    image.data.set(pixels)
    context.putImageData(image, 0, 0)
  }, [hash])
  return <canvas ref={canvas} aria-hidden width={SIZE} height={SIZE} className={className} />
}

function decode(hash: string): Uint8ClampedArray | null {
  try {
    return decodeBlurHash(hash, SIZE, SIZE)
  } catch {
    return null // another server wrote it; without it the place is plain
  }
}
