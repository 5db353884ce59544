/** The files of a draft: each with its picture, how far it is, what it lacks; put in order by dragging and by buttons. */
import { ArrowLeft, ArrowRight, Music, Pencil, RotateCw, Video, X } from 'lucide-react'
import { useState } from 'react'
import { Button, IconButton } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { Spinner } from '../../components/spinner.tsx'
import { useFailureText } from '../../hooks/use-failure-text.ts'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Draft, DraftMedia } from '../../stores/draft.ts'
import { MediaDialog } from './media-dialog.tsx'
import styles from './media.module.css'

export function MediaStrip({ draft }: { readonly draft: Draft }) {
  const t = useText()
  const { drafts } = useServices()
  const [openKey, setOpenKey] = useState<string | null>(null)
  const [draggedKey, setDraggedKey] = useState<string | null>(null)
  const opened = draft.media.find(({ key }) => key === openKey)
  const move = (key: string, to: number): void => {
    const moved = draft.media.find((one) => one.key === key)
    if (moved === undefined || to < 0 || to >= draft.media.length) return
    const media = draft.media.filter((one) => one.key !== key)
    drafts.change({ media: media.toSpliced(to, 0, moved) }, draft.id)
  }
  return (
    <>
      <ol className={styles.strip} aria-label={t('writing.files')}>
        {draft.media.map((media, place) => (
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- buttons beside it do the same
          <li
            key={media.key}
            className={cx(styles.item, draggedKey === media.key && styles.dragged)}
            draggable
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = 'move'
              event.dataTransfer.setData('text/plain', '')
              setDraggedKey(media.key)
            }}
            onDragEnd={() => setDraggedKey(null)}
            onDragOver={(event) => {
              if (draggedKey !== null) event.preventDefault()
            }}
            onDrop={(event) => {
              if (draggedKey === null) return
              event.preventDefault()
              move(draggedKey, place)
              setDraggedKey(null)
            }}
          >
            <Item
              draft={draft}
              media={media}
              place={place}
              onOpen={() => setOpenKey(media.key)}
              onMove={(to) => move(media.key, to)}
            />
          </li>
        ))}
      </ol>
      {opened === undefined ? null : (
        <MediaDialog draft={draft} media={opened} onClose={() => setOpenKey(null)} />
      )}
    </>
  )
}

interface ItemProps {
  readonly draft: Draft
  readonly media: DraftMedia
  readonly place: number
  readonly onOpen: () => void
  readonly onMove: (to: number) => void
}

function Item({ draft, media, place, onOpen, onMove }: ItemProps) {
  const t = useText()
  const { uploads } = useServices()
  const { direction } = t
  const name = { number: place + 1 }
  const alt = t(media.description === '' ? 'writing.add_alt' : 'writing.edit_alt')
  const isLast = place === draft.media.length - 1
  const [Earlier, Later] = direction === 'rtl' ? [ArrowRight, ArrowLeft] : [ArrowLeft, ArrowRight]
  return (
    <>
      <Picture media={media} />
      <UploadLine media={media} />
      <div className={styles.acts}>
        <Button look="plain" label={`${alt}, ${t('writing.file', name)}`} onPress={onOpen}>
          <Pencil aria-hidden size={14} />
          {alt}
        </Button>
        {draft.media.length < 2 ? null : (
          <>
            <IconButton
              icon={Earlier}
              label={t('writing.move_earlier', name)}
              isDisabled={place === 0}
              onPress={() => onMove(place - 1)}
            />
            <IconButton
              icon={Later}
              label={t('writing.move_later', name)}
              isDisabled={isLast}
              onPress={() => onMove(place + 1)}
            />
          </>
        )}
        <IconButton
          icon={X}
          label={t(media.id === null ? 'writing.cancel_file' : 'writing.remove_file', name)}
          onPress={() => uploads.remove(draft, media.key)}
        />
      </div>
    </>
  )
}

function Picture({ media }: { readonly media: DraftMedia }) {
  const { previewUrl, focus, kind } = media
  if (previewUrl === null) {
    const Icon = kind === 'audio' ? Music : Video
    return (
      <div className={cx(styles.picture, styles.blank)}>
        <Icon aria-hidden size={28} strokeWidth={1.5} />
        <span dir="auto">{media.name}</span>
      </div>
    )
  }
  const position = `${((focus.x + 1) / 2) * 100}% ${((1 - focus.y) / 2) * 100}%`
  return (
    <img
      className={styles.picture}
      src={previewUrl}
      alt={media.description}
      draggable={false}
      style={{ objectPosition: position }}
    />
  )
}

function UploadLine({ media }: { readonly media: DraftMedia }) {
  const t = useText()
  const { uploads } = useServices()
  const words = useFailureText()
  const state = useObservable(uploads.view)[media.key]
  if (state === undefined) return null
  if (state.failure !== null) {
    return (
      <div role="alert" className={styles.failed}>
        <p>{words(state.failure)}</p>
        <Button onPress={() => uploads.retry(media.key)}>
          <RotateCw aria-hidden size={14} /> {t('act.try_again')}
        </Button>
      </div>
    )
  }
  if (state.progress === null) {
    return (
      <p className={styles.busy} role="status">
        <Spinner /> {t('writing.working')}
      </p>
    )
  }
  const percent = Math.round(state.progress * 100)
  return (
    <label className={styles.busy}>
      <span>{t('writing.uploading', { percent })}</span>
      <progress max={100} value={percent} />
    </label>
  )
}
