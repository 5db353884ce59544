/** One file large: what it shows in words, and where its middle is, by pointer and by arrows. */
import { type KeyboardEvent, type PointerEvent, useState } from 'react'
import { TextArea, TextField as AriaTextField, Label } from 'react-aria-components'
import { Button } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { Dialog } from '../../components/dialog.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useInstance } from '../../hooks/use-facts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Draft, DraftMedia } from '../../stores/draft.ts'
import styles from './media.module.css'

/** Until the home has told its own limit. */
const FIRST_LIMIT = 1_500

interface MediaDialogProps {
  readonly draft: Draft
  readonly media: DraftMedia
  readonly onClose: () => void
}

export function MediaDialog({ draft, media, onClose }: MediaDialogProps) {
  const t = useText()
  const { uploads } = useServices()
  const { data } = useInstance()
  const limit = data?.configuration.media_attachments.description_limit ?? FIRST_LIMIT
  const [description, setDescription] = useState(media.description)
  const [focus, setFocus] = useState(media.focus)
  const act = useAct()
  const left = limit - description.length
  const save = async (): Promise<void> => {
    const isDone = await act.run(async () => uploads.describe(draft, media.key, { description, focus }))
    if (isDone) onClose()
  }
  const acts = (
    <>
      <Button onPress={onClose}>{t('act.cancel')}</Button>
      <Button look="primary" isDisabled={left < 0} isBusy={act.isBusy} onPress={() => void save()}>
        {t('writing.save_alt')}
      </Button>
    </>
  )
  return (
    <Dialog title={t('writing.alt_title')} acts={acts} isWide onClose={onClose}>
      {media.previewUrl === null ? null : (
        <FocusPicture
          url={media.url ?? media.previewUrl}
          kind={media.kind}
          focus={focus}
          onFocus={setFocus}
        />
      )}
      <AriaTextField
        className={cx(styles.alt)}
        value={description}
        onChange={setDescription}
        autoFocus
        isInvalid={left < 0}
      >
        <Label>{t('writing.alt_label')}</Label>
        <TextArea className={cx(styles.altText)} dir="auto" rows={3} />
      </AriaTextField>
      <p
        className={cx(styles.altCount, 'figures', left < 0 && styles.over)}
        role={left < 20 ? 'status' : 'none'}
      >
        {left < 0 ? t('composer.too_long', { count: -left }) : t('composer.left', { count: left })}
      </p>
      {act.failure === null ? null : <FailureNotice failure={act.failure} meaning={t('composer.kept')} />}
    </Dialog>
  )
}

interface FocusPictureProps {
  readonly url: string
  readonly kind: DraftMedia['kind']
  readonly focus: DraftMedia['focus']
  readonly onFocus: (focus: DraftMedia['focus']) => void
}

const STEP = 0.1
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, STEP],
  ArrowDown: [0, -STEP],
}

function FocusPicture({ url, kind, focus, onFocus }: FocusPictureProps) {
  const t = useText()
  if (kind !== 'image') return <video className={styles.large} src={url} controls preload="metadata" />
  const point = (event: PointerEvent<HTMLButtonElement>): void => {
    const box = event.currentTarget.getBoundingClientRect()
    onFocus({
      x: within(((event.clientX - box.left) / box.width) * 2 - 1),
      y: within(1 - ((event.clientY - box.top) / box.height) * 2),
    })
  }
  const step = (event: KeyboardEvent): void => {
    const arrow = ARROWS[event.key]
    if (arrow === undefined) return
    event.preventDefault()
    onFocus({ x: within(focus.x + arrow[0]), y: within(focus.y + arrow[1]) })
  }
  return (
    <div className={styles.focusFrame}>
      <button
        type="button"
        className={styles.focusPicture}
        aria-label={t('writing.focus', { across: percent(focus.x), up: percent(focus.y) })}
        onKeyDown={step}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          point(event)
        }}
        onPointerMove={(event) => {
          if (event.buttons === 1) point(event)
        }}
      >
        <img src={url} alt="" draggable={false} />
        <span
          className={styles.focusPoint}
          style={{ left: `${((focus.x + 1) / 2) * 100}%`, top: `${((1 - focus.y) / 2) * 100}%` }}
        />
      </button>
      <p className={styles.help}>{t('writing.focus_help')}</p>
    </div>
  )
}

const within = (value: number): number => Math.round(Math.max(-1, Math.min(1, value)) * 100) / 100
const percent = (value: number): number => Math.round(((value + 1) / 2) * 100)
