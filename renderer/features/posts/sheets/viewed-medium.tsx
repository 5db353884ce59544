/** One picture, film or sound as large as the window lets it be. */
import type { MediaAttachment } from '../../../../server/contracts/media-attachment.ts'
import { ownPath } from '../../../api/own-path.ts'
import { isWebAddress } from '../../../formatting/link-kind.ts'
import { useText } from '../../../hooks/use-text.ts'
import styles from './media-viewer.module.css'
import { ZoomedPicture } from './zoomed-picture.tsx'

interface ViewedMediumProps {
  readonly medium: MediaAttachment
  /** @param step  1 for the one that follows */
  readonly onSwipe: (step: 1 | -1) => void
  readonly onClose: () => void
}

export function ViewedMedium({ medium, onSwipe, onClose }: ViewedMediumProps) {
  const t = useText()
  const source = ownPath(medium.url)
  const description = medium.description ?? ''
  if (source === null || medium.type === 'unknown') {
    return (
      <div className={styles.stage}>
        {medium.remote_url === null || !isWebAddress(medium.remote_url) ? (
          <p>{t('media.missing')}</p>
        ) : (
          <a href={medium.remote_url} target="_blank" rel="noopener noreferrer nofollow">
            {t('media.elsewhere')}
          </a>
        )}
      </div>
    )
  }
  if (medium.type === 'audio') {
    return (
      <div className={styles.stage}>
        <audio controls preload="metadata" src={source} aria-label={description} className={styles.sound} />
      </div>
    )
  }
  if (medium.type === 'video' || medium.type === 'gifv') {
    const poster = ownPath(medium.preview_url)
    return (
      <div className={styles.stage}>
        <video
          controls
          preload="metadata"
          loop={medium.type === 'gifv'}
          src={source}
          aria-label={description}
          className={styles.film}
          {...(poster === null || poster === source ? {} : { poster })}
        />
      </div>
    )
  }
  return <ZoomedPicture medium={medium} source={source} onSwipe={onSwipe} onClose={onClose} />
}
