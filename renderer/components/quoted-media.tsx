/** Pictures of a quoted post, small and in one row; they are seen whole at the post itself. */
import { Music, Play } from 'lucide-react'
import type { MediaAttachment } from '../../server/contracts/media-attachment.ts'
import { ownPath } from '../api/own-path.ts'
import styles from './quoted-post.module.css'

/** What one line of the quote has room for. */
const MOST_SHOWN = 4

export function QuotedMedia({ media }: { readonly media: readonly MediaAttachment[] }) {
  return (
    <ul className={styles.media}>
      {media.slice(0, MOST_SHOWN).map((one) => (
        <li key={one.id} className={styles.medium}>
          <Thumbnail medium={one} />
        </li>
      ))}
    </ul>
  )
}

function Thumbnail({ medium }: { readonly medium: MediaAttachment }) {
  const source = ownPath(medium.preview_url)
  const isPicture = medium.type === 'image' || (source !== null && medium.preview_url !== medium.url)
  const Icon = medium.type === 'audio' ? Music : Play
  return (
    <>
      {source !== null && isPicture ? (
        <img src={source} alt={medium.description ?? ''} loading="lazy" decoding="async" />
      ) : null}
      {medium.type === 'image' ? null : <Icon aria-hidden size={20} className={styles.mark} />}
    </>
  )
}
