/** A picture that is zoomed by wheel, fingers, buttons and keys, and moved while it is larger than its frame. */
import { Maximize, ZoomIn, ZoomOut } from 'lucide-react'
import { type RefObject, useEffectEvent, useLayoutEffect, useRef, useState } from 'react'
import type { MediaAttachment } from '../../../../server/contracts/media-attachment.ts'
import { ownPath } from '../../../api/own-path.ts'
import { IconButton } from '../../../components/button.tsx'
import {
  type PictureView,
  type Point,
  type Size,
  WHOLE,
  fitted,
  moved,
  zoomed,
} from '../../../formatting/view-of-picture.ts'
import { useText } from '../../../hooks/use-text.ts'
import styles from './media-viewer.module.css'
import { type GestureTakers, useGestures } from './use-gestures.ts'

interface ZoomedPictureProps {
  readonly medium: MediaAttachment
  readonly source: string
  readonly onSwipe: (step: 1 | -1) => void
  readonly onClose: () => void
}

const STEP = 1.5
const MIDDLE: Point = { x: 0, y: 0 }

export function ZoomedPicture({ medium, source, onSwipe, onClose }: ZoomedPictureProps) {
  const t = useText()
  const stage = useRef<HTMLDivElement>(null)
  const frame = useFrame(stage)
  const [size, setSize] = useState(() => sizeOf(medium))
  const [hasFailed, setFailed] = useState(false)
  const [view, setView] = useState<PictureView>(WHOLE)
  const shown = fitted(size, frame)
  const zoom = (factor: number, at: Point = MIDDLE): void =>
    setView((now) => zoomed(now, factor, at, shown, frame))
  const takers: GestureTakers = {
    isLarge: view.scale > 1,
    zoom,
    move: (by) => setView((now) => moved(now, by, shown, frame)),
    turn: (way) => {
      if (way === 'down') onClose()
      else onSwipe((way === 'left') === (t.direction === 'ltr') ? 1 : -1)
    },
  }
  useGestures(stage, takers)
  useZoomKeys({ zoom, reset: () => setView(WHOLE) })
  const preview = ownPath(medium.preview_url)
  return (
    <>
      <div ref={stage} className={styles.stage}>
        {hasFailed ? (
          <p>{t('media.missing')}</p>
        ) : (
          <img
            src={source}
            alt={medium.description ?? ''}
            draggable={false}
            className={styles.picture}
            style={{
              width: shown.width,
              height: shown.height,
              transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
              ...(preview === null ? {} : { backgroundImage: `url(${JSON.stringify(preview)})` }),
            }}
            onLoad={({ currentTarget }) =>
              setSize({ width: currentTarget.naturalWidth, height: currentTarget.naturalHeight })
            }
            onError={() => setFailed(true)}
          />
        )}
      </div>
      <ZoomButtons scale={view.scale} zoom={zoom} reset={() => setView(WHOLE)} />
    </>
  )
}

interface ZoomKeys {
  readonly zoom: (factor: number) => void
  readonly reset: () => void
}

function ZoomButtons({ scale, zoom, reset }: ZoomKeys & { readonly scale: number }) {
  const t = useText()
  return (
    <div className={styles.zoom}>
      <IconButton
        icon={ZoomOut}
        label={t('sheets.zoom_out')}
        isDisabled={scale === 1}
        onPress={() => zoom(1 / STEP)}
      />
      <IconButton icon={Maximize} label={t('sheets.zoom_reset')} isDisabled={scale === 1} onPress={reset} />
      <IconButton icon={ZoomIn} label={t('sheets.zoom_in')} onPress={() => zoom(STEP)} />
    </div>
  )
}

/** Before the picture is here; what another server says of it is only a beginning. */
function sizeOf({ meta }: MediaAttachment): Size {
  const { width = 1_600, height = 1_200 } = meta?.original ?? meta?.small ?? {}
  return { width, height }
}

function useFrame(stage: RefObject<HTMLDivElement | null>): Size {
  const [frame, setFrame] = useState<Size>({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const element = stage.current
    if (element === null) return undefined
    const measure = (): void => setFrame({ width: element.clientWidth, height: element.clientHeight })
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [stage])
  return frame
}

/** + and - wherever they lie on the keyboard, 0 for the whole. */
function useZoomKeys({ zoom, reset }: ZoomKeys): void {
  const onKeyDown = useEffectEvent((event: globalThis.KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === '+' || event.key === '=') zoom(STEP)
    else if (event.key === '-') zoom(1 / STEP)
    else if (event.key === '0') reset()
    else return
    event.preventDefault()
  })
  useLayoutEffect(() => {
    const listen = (event: globalThis.KeyboardEvent): void => onKeyDown(event)
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
}
