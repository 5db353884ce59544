/** Cuts a chosen picture to its shape around the point that matters, set by pointer or by arrows, with the result in sight. */
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { Dialog } from '../../components/dialog.tsx'
import { Notice } from '../../components/notice.tsx'
import { useText } from '../../hooks/use-text.ts'
import { type FocalPoint, cutAround, movePoint } from '../../stores/crop.ts'
import styles from './picture.module.css'

interface PictureDialogProps {
  readonly file: File
  /** Width by height. */
  readonly aspect: number
  /** Of the result; never more than the picture has. */
  readonly mostPixels: number
  readonly onDone: (picture: Blob) => void
  readonly onClose: () => void
}

export function PictureDialog({ file, aspect, mostPixels, onDone, onClose }: PictureDialogProps) {
  const t = useText()
  const bitmap = useBitmap(file)
  const [point, setPoint] = useState<FocalPoint>({ x: 0.5, y: 0.5 })
  const result = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const canvas = result.current
    if (canvas === null || bitmap === null || bitmap === 'unreadable') return
    const cut = cutAround(bitmap, aspect, point)
    canvas.width = Math.round(Math.min(mostPixels, cut.width))
    canvas.height = Math.round(canvas.width / aspect)
    canvas
      .getContext('2d')
      ?.drawImage(bitmap, cut.left, cut.top, cut.width, cut.height, 0, 0, canvas.width, canvas.height)
  }, [bitmap, aspect, point, mostPixels])
  const use = (): void =>
    result.current?.toBlob(
      (picture) => {
        if (picture !== null) onDone(picture)
      },
      file.type === 'image/png' ? 'image/png' : 'image/jpeg',
      0.92,
    )
  const acts = (
    <>
      <Button onPress={onClose}>{t('act.cancel')}</Button>
      <Button look="primary" isDisabled={bitmap === null || bitmap === 'unreadable'} onPress={use}>
        {t('picture.use')}
      </Button>
    </>
  )
  return (
    <Dialog title={t('picture.title')} acts={acts} isWide onClose={onClose}>
      {bitmap === 'unreadable' ? (
        <Notice>{t('picture.unreadable')}</Notice>
      ) : (
        <>
          <p className={styles.help}>{t('picture.help')}</p>
          {bitmap === null ? null : <Whole bitmap={bitmap} point={point} onPoint={setPoint} />}
          <canvas
            ref={result}
            role="img"
            aria-label={t('picture.result')}
            className={cx(styles.result, aspect === 1 && styles.round)}
          />
        </>
      )}
    </Dialog>
  )
}

/** Null while it is read. */
function useBitmap(file: File): ImageBitmap | 'unreadable' | null {
  const [bitmap, setBitmap] = useState<ImageBitmap | 'unreadable' | null>(null)
  useEffect(() => {
    let isOver = false
    createImageBitmap(file).then(
      (read) => (isOver ? read.close() : setBitmap(read)),
      () => isOver || setBitmap('unreadable'),
    )
    return () => {
      isOver = true
    }
  }, [file])
  return bitmap
}

interface WholeProps {
  readonly bitmap: ImageBitmap
  readonly point: FocalPoint
  readonly onPoint: (point: FocalPoint) => void
}

const MOST_DRAWN = 720

/** The whole picture with a ring on the point. */
function Whole({ bitmap, point, onPoint }: WholeProps) {
  const t = useText()
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const drawn = canvas.current
    if (drawn === null) return
    const scale = Math.min(1, MOST_DRAWN / Math.max(bitmap.width, bitmap.height))
    drawn.width = Math.max(1, Math.round(bitmap.width * scale))
    drawn.height = Math.max(1, Math.round(bitmap.height * scale))
    drawn.getContext('2d')?.drawImage(bitmap, 0, 0, drawn.width, drawn.height)
  }, [bitmap])
  const place = ({ clientX, clientY, buttons, currentTarget }: PointerEvent<HTMLElement>): void => {
    if (buttons === 0) return
    const box = currentTarget.getBoundingClientRect()
    const within = (value: number): number => Math.min(Math.max(value, 0), 1)
    onPoint({ x: within((clientX - box.left) / box.width), y: within((clientY - box.top) / box.height) })
  }
  const move = (event: KeyboardEvent): void => {
    const moved = movePoint(point, event.key)
    if (moved === point) return
    event.preventDefault()
    onPoint(moved)
  }
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={t('picture.point')}
      aria-valuenow={Math.round(point.x * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuetext={t('picture.place', {
        x: Math.round(point.x * 100),
        y: Math.round(point.y * 100),
      })}
      dir="ltr"
      className={styles.whole}
      onPointerDown={place}
      onPointerMove={place}
      onKeyDown={move}
    >
      <canvas ref={canvas} aria-hidden />
      <span
        aria-hidden
        className={styles.ring}
        style={{ insetInlineStart: `${point.x * 100}%`, insetBlockStart: `${point.y * 100}%` }}
      />
    </div>
  )
}
