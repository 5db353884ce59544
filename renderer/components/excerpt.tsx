/** The first lines of a post, in quiet letters: its warning instead where it has one. */
import type { Status } from '../../server/contracts/status.ts'
import { excerptOf } from '../formatting/excerpt.ts'
import { useText } from '../hooks/use-text.ts'
import styles from './excerpt.module.css'
import { sanitizeToFragment } from './sanitize.ts'

type Told = Pick<Status, 'content' | 'spoiler_text' | 'media_attachments'>

export function Excerpt({ post }: { readonly post: Told }) {
  const t = useText()
  const words =
    post.spoiler_text === ''
      ? excerptOf(post.content, (html) => sanitizeToFragment(html).textContent ?? '')
      : `${t('post.warning')} ${post.spoiler_text}`
  return (
    <span className={styles.excerpt} dir="auto">
      {words === '' ? t('post.no_words', { count: post.media_attachments.length }) : words}
    </span>
  )
}
