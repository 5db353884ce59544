/** The first lines of a post, in quiet letters: its warning instead where it has one. */
import type { Status } from '../../server/contracts/status.ts'
import { excerptOf } from '../formatting/excerpt.ts'
import { MOST_OF_LINE, shortened } from '../formatting/shorten.ts'
import { useText } from '../hooks/use-text.ts'
import styles from './excerpt.module.css'
import { sanitizeToFragment } from './sanitize.ts'

type Told = Pick<Status, 'content' | 'spoiler_text' | 'media_attachments'>

interface ExcerptProps {
  readonly post: Told
  /** Who said it, in the language of the window, on the same line. */
  readonly before?: string
}

export function Excerpt({ post, before }: ExcerptProps) {
  const t = useText()
  const words =
    post.spoiler_text === ''
      ? excerptOf(post.content, (html) => sanitizeToFragment(html).textContent ?? '')
      : `${t('post.warning')} ${shortened(post.spoiler_text, MOST_OF_LINE)}`
  return (
    <span className={styles.excerpt}>
      {before === undefined ? null : <span className={styles.before}>{before} </span>}
      {/* Its direction is its own, and the line begins where the window's lines begin. */}
      <bdi>{words === '' ? t('post.no_words', { count: post.media_attachments.length }) : words}</bdi>
    </span>
  )
}
