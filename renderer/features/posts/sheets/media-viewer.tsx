/** Pictures, films and sounds of a post, one at a time over the whole window. */
import { ChevronLeft, ChevronRight, ExternalLink, X } from 'lucide-react'
import { useEffectEvent, useLayoutEffect, useState } from 'react'
import { Dialog, Modal, ModalOverlay } from 'react-aria-components'
import type { MediaAttachment } from '../../../../server/contracts/media-attachment.ts'
import { ownPath } from '../../../api/own-path.ts'
import { IconButton } from '../../../components/button.tsx'
import { cx } from '../../../components/cx.ts'
import { webAddress } from '../../../formatting/link-kind.ts'
import { useText } from '../../../hooks/use-text.ts'
import styles from './media-viewer.module.css'
import { ViewedMedium } from './viewed-medium.tsx'

interface MediaViewerProps {
  readonly media: readonly MediaAttachment[]
  readonly index: number
  readonly onClose: () => void
}

export function MediaViewer({ media, index, onClose }: MediaViewerProps) {
  const t = useText()
  const [place, setPlace] = useState(Math.min(Math.max(0, index), media.length - 1))
  const medium = media[place]
  const go = (next: number): void => setPlace(Math.min(media.length - 1, Math.max(0, next)))
  // Whatever in the dialog has the focus, or the dialog itself.
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    // A film has keys of its own.
    if (event.target instanceof HTMLMediaElement || event.defaultPrevented) return
    const forward = t.direction === 'rtl' ? -1 : 1
    const places: Readonly<Record<string, number>> = {
      ArrowRight: place + forward,
      ArrowLeft: place - forward,
      Home: 0,
      End: media.length - 1,
    }
    const next = places[event.key]
    if (next === undefined) return
    event.preventDefault()
    go(next)
  })
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent): void => onKeyDown(event)
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
  if (medium === undefined) return null
  return (
    <ModalOverlay
      isOpen
      isDismissable
      onOpenChange={(open) => open || onClose()}
      className={cx(styles.overlay)}
      data-dims="dark"
    >
      <Modal className={cx(styles.modal)}>
        <Dialog className={cx(styles.viewer)} aria-label={t('sheets.viewer')}>
          <div className={styles.frame}>
            <Top medium={medium} place={place} count={media.length} onClose={onClose} />
            <ViewedMedium
              key={medium.id}
              medium={medium}
              onSwipe={(step) => go(place + step)}
              onClose={onClose}
            />
            {media.length > 1 ? <Steps place={place} count={media.length} onGo={go} /> : null}
            {medium.description === null || medium.description === '' ? null : (
              <p className={styles.description} dir="auto">
                {medium.description}
              </p>
            )}
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

interface TopProps {
  readonly medium: MediaAttachment
  readonly place: number
  readonly count: number
  readonly onClose: () => void
}

function Top({ medium, place, count, onClose }: TopProps) {
  const t = useText()
  const address = ownPath(medium.url) ?? webAddress(medium.remote_url ?? '')
  return (
    <div className={styles.top}>
      <p role="status" className={cx(styles.counter, 'figures')}>
        {count > 1 ? t('sheets.counter', { place: place + 1, count }) : ''}
      </p>
      {address === null ? null : (
        <a
          className={styles.original}
          href={address}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={t('sheets.original')}
          title={t('sheets.original')}
        >
          <ExternalLink aria-hidden size={18} strokeWidth={1.75} />
        </a>
      )}
      <IconButton icon={X} label={t('act.close')} onPress={onClose} />
    </div>
  )
}

interface StepsProps {
  readonly place: number
  readonly count: number
  readonly onGo: (place: number) => void
}

function Steps({ place, count, onGo }: StepsProps) {
  const t = useText()
  return (
    <>
      <div className={styles.before}>
        <IconButton
          icon={ChevronLeft}
          label={t('sheets.previous')}
          isDisabled={place === 0}
          isMirrored
          onPress={() => onGo(place - 1)}
        />
      </div>
      <div className={styles.after}>
        <IconButton
          icon={ChevronRight}
          label={t('sheets.next')}
          isDisabled={place === count - 1}
          isMirrored
          onPress={() => onGo(place + 1)}
        />
      </div>
    </>
  )
}
