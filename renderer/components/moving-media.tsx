/** Short films without sound and pictures with frames: they move as the reader prefers. */
import { type CSSProperties, type PointerEvent, useState } from 'react'
import { useMotion } from '../hooks/use-motion.ts'

interface LoopProps {
  readonly source: string
  readonly poster: string | null
  readonly description: string
  readonly className: string | undefined
  readonly onError: () => void
}

/** It has its own controls too, which pause it and play it whatever is preferred. */
export function Loop({ source, poster, description, className, onError }: LoopProps) {
  const motion = useMotion()
  const plays = motion === 'plays'
  const play = ({ currentTarget: film }: PointerEvent<HTMLVideoElement>): void => {
    // The browser may refuse; the controls are there.
    if (motion === 'pointed') film.play().catch(() => undefined)
  }
  return (
    <video
      // One that runs does not stop by the attribute alone.
      key={motion}
      controls
      loop
      muted
      playsInline
      autoPlay={plays}
      preload={plays ? 'auto' : 'none'}
      src={source}
      aria-label={description}
      className={className}
      onError={onError}
      onPointerEnter={play}
      onPointerLeave={({ currentTarget: film }) => motion === 'pointed' && film.pause()}
      {...(poster === null ? {} : { poster })}
    />
  )
}

interface PictureProps {
  readonly still: string
  /** Null where it does not move. */
  readonly moving: string | null
  readonly description: string
  readonly className: string | undefined
  readonly style: CSSProperties
  readonly onError: () => void
}

export function Picture({ still, moving, description, className, style, onError }: PictureProps) {
  const motion = useMotion()
  const [isPointed, setPointed] = useState(false)
  const moves = motion === 'plays' || (motion === 'pointed' && isPointed)
  return (
    <img
      src={moves ? (moving ?? still) : still}
      alt={description}
      loading="lazy"
      decoding="async"
      className={className}
      style={style}
      onError={onError}
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
    />
  )
}
