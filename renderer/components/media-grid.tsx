/** Pictures, films and sounds of a post, in their own proportions, so that nothing jumps while they load. */
import { EyeOff } from 'lucide-react'
import { useState } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import type { MediaAttachment } from '../../server/contracts/media-attachment.ts'
import { ownPath } from '../api/own-path.ts'
import { isMovingPicture } from '../formatting/motion.ts'
import { isWebAddress } from '../formatting/link-kind.ts'
import { useText } from '../hooks/use-text.ts'
import { BlurhashCanvas } from './blurhash-canvas.tsx'
import { Button, IconButton } from './button.tsx'
import { cx } from './cx.ts'
import { latePart } from './late-part.tsx'
import styles from './media-grid.module.css'
import { Loop, Picture } from './moving-media.tsx'
import { PopoverButton } from './popover-button.tsx'

interface MediaGridProps {
  readonly media: readonly MediaAttachment[]
  readonly isCovered: boolean
  /** The author marked them as sensitive: they can be covered again. */
  readonly canCover: boolean
  readonly onToggle: () => void
  /** Shows one of them large. @param index  its place among them, from 0 */
  readonly onOpen: (index: number) => void
}

/** The rest is counted, and seen in the viewer. */
const MOST_SHOWN = 4

export function MediaGrid({ media, isCovered, canCover, onToggle, onOpen }: MediaGridProps) {
  const t = useText()
  const isSingle = media.length === 1
  const rest = media.length - MOST_SHOWN
  return (
    <div className={cx(styles.frame)}>
      <ul className={cx(styles.grid, isSingle && styles.single)} aria-label={t('media.label')}>
        {media.slice(0, MOST_SHOWN).map((one, index) => (
          <li key={one.id} className={styles.cell} style={isSingle ? { aspectRatio: aspectOf(one) } : {}}>
            {one.blurhash === null ? null : (
              <BlurhashCanvas hash={one.blurhash} className={cx(styles.blur)} />
            )}
            {isCovered ? null : <Medium medium={one} onOpen={() => onOpen(index)} />}
            {isCovered || one.description === null || one.description === '' ? null : (
              <AltMark text={one.description} />
            )}
            {isCovered || rest <= 0 || index !== MOST_SHOWN - 1 ? null : (
              <More count={rest} onPress={() => onOpen(MOST_SHOWN)} />
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

function More({ count, onPress }: { readonly count: number; readonly onPress: () => void }) {
  const t = useText()
  return (
    <AriaButton className={cx(styles.rest)} aria-label={t('media.rest_label', { count })} onPress={onPress}>
      <span aria-hidden>{t('media.rest', { count })}</span>
    </AriaButton>
  )
}

function Medium({ medium, onOpen }: { readonly medium: MediaAttachment; readonly onOpen: () => void }) {
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
  if (kind === 'gifv') {
    return (
      <Loop
        source={whole}
        poster={preview === whole ? null : preview}
        description={description}
        className={styles.picture}
        onError={() => setFailed(true)}
      />
    )
  }
  if (kind === 'video') {
    return (
      <video
        controls
        preload="none"
        src={whole}
        aria-label={description}
        className={styles.picture}
        onError={() => setFailed(true)}
        {...(preview === null || preview === whole ? {} : { poster: preview })}
      />
    )
  }
  return (
    <AriaButton className={cx(styles.open)} aria-label={openLabel(t, description)} onPress={onOpen}>
      <Picture
        still={preview ?? whole}
        moving={isMovingPicture(medium) ? whole : null}
        description={description}
        className={styles.picture}
        style={focusOf(medium)}
        onError={() => setFailed(true)}
      />
    </AriaButton>
  )
}

function openLabel(t: ReturnType<typeof useText>, description: string): string {
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
      {address === null || !isWebAddress(address) ? (
        t('media.missing')
      ) : (
        <a href={address} target="_blank" rel="noopener noreferrer nofollow">
          {t('media.elsewhere')}
        </a>
      )}
    </p>
  )
}

const AltPopover = latePart(async () => (await import('./alt-popover.tsx')).AltPopover, { isOverlay: true })

function AltMark({ text }: { readonly text: string }) {
  const t = useText()
  return (
    <PopoverButton
      label={t('media.alt')}
      className={cx(styles.alt)}
      opens="dialog"
      popover={AltPopover}
      given={{ text }}
    >
      <span aria-hidden>ALT</span>
    </PopoverButton>
  )
}
