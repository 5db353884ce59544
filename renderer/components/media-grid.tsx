/** Pictures, films and sounds of a post, in their own proportions, so that nothing jumps while they load. */
import { EyeOff } from 'lucide-react'
import { useState } from 'react'
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import type { MediaAttachment } from '../../server/contracts/media-attachment.ts'
import { ownPath } from '../api/own-path.ts'
import { useText } from '../hooks/use-text.ts'
import { BlurhashCanvas } from './blurhash-canvas.tsx'
import { Button, IconButton } from './button.tsx'
import { cx } from './cx.ts'
import styles from './media-grid.module.css'

interface MediaGridProps {
  readonly media: readonly MediaAttachment[]
  readonly isCovered: boolean
  /** The author marked them as sensitive: they can be covered again. */
  readonly canCover: boolean
  readonly onToggle: () => void
}

export function MediaGrid({ media, isCovered, canCover, onToggle }: MediaGridProps) {
  const t = useText()
  const isSingle = media.length === 1
  return (
    <div className={cx(styles.frame)}>
      <ul className={cx(styles.grid, isSingle && styles.single)} aria-label={t('media.label')}>
        {media.map((one) => (
          <li key={one.id} className={styles.cell} style={isSingle ? { aspectRatio: aspectOf(one) } : {}}>
            {one.blurhash === null ? null : (
              <BlurhashCanvas hash={one.blurhash} className={cx(styles.blur)} />
            )}
            {isCovered ? null : <Medium medium={one} />}
            {isCovered || one.description === null || one.description === '' ? null : (
              <AltMark text={one.description} />
            )}
          </li>
        ))}
      </ul>
      {isCovered ? (
        <div className={styles.cover}>
          <Button onPress={onToggle}>{t('media.show')}</Button>
        </div>
      ) : null}
      {canCover && !isCovered ? (
        <div className={styles.hide}>
          <IconButton icon={EyeOff} label={t('media.hide')} onPress={onToggle} />
        </div>
      ) : null}
    </div>
  )
}

/** Between a tall phone screen and a panorama; what is beyond is cut by the frame. */
function aspectOf({ meta }: MediaAttachment): string {
  const { width = 16, height = 9 } = meta?.small ?? meta?.original ?? {}
  const ratio = width > 0 && height > 0 ? width / height : 16 / 9
  return String(Math.min(3, Math.max(0.8, ratio)))
}

function Medium({ medium }: { readonly medium: MediaAttachment }) {
  const t = useText()
  const [hasFailed, setFailed] = useState(false)
  const whole = ownPath(medium.url)
  const preview = ownPath(medium.preview_url) ?? whole
  const description = medium.description ?? ''
  const kind = medium.type === 'unknown' ? null : medium.type
  if (kind === null || whole === null || hasFailed) return <Elsewhere medium={medium} />
  if (kind === 'audio') {
    return <audio controls preload="none" src={whole} aria-label={description} className={styles.sound} />
  }
  if (kind === 'video' || kind === 'gifv') {
    return (
      <video
        controls
        preload="none"
        loop={kind === 'gifv'}
        muted={kind === 'gifv'}
        src={whole}
        aria-label={description}
        className={styles.picture}
        onError={() => setFailed(true)}
        {...(preview === null || preview === whole ? {} : { poster: preview })}
      />
    )
  }
  return (
    <a
      href={whole}
      target="_blank"
      rel="noopener noreferrer"
      className={styles.open}
      aria-label={linkLabel(t, description)}
    >
      <img
        src={preview ?? whole}
        alt={description}
        loading="lazy"
        decoding="async"
        className={styles.picture}
        style={focusOf(medium)}
        onError={() => setFailed(true)}
      />
    </a>
  )
}

function linkLabel(t: ReturnType<typeof useText>, description: string): string {
  return description === '' ? t('media.open_plain') : t('media.open', { description })
}

/** The part that the author wants seen stays in a frame that cuts. */
function focusOf({ meta }: MediaAttachment): { objectPosition?: string } {
  const focus = meta?.focus
  if (focus === undefined) return {}
  return { objectPosition: `${((focus.x + 1) / 2) * 100}% ${((1 - focus.y) / 2) * 100}%` }
}

/** What cannot be shown here is linked to where it lies. */
function Elsewhere({ medium }: { readonly medium: MediaAttachment }) {
  const t = useText()
  const { remote_url: address } = medium
  return (
    <p className={styles.elsewhere}>
      {address === null ? (
        t('media.missing')
      ) : (
        <a href={address} target="_blank" rel="noopener noreferrer nofollow">
          {t('media.elsewhere')}
        </a>
      )}
    </p>
  )
}

function AltMark({ text }: { readonly text: string }) {
  const t = useText()
  return (
    <DialogTrigger>
      <AriaButton className={cx(styles.alt)} aria-label={t('media.alt')}>
        <span aria-hidden>ALT</span>
      </AriaButton>
      <Popover className={cx(styles.description)} placement="top start">
        <Dialog aria-label={t('media.alt')} className={cx(styles.dialog)}>
          <p dir="auto">{text}</p>
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}
