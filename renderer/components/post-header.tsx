/** Who wrote a post, when, for whom, and whether it was changed since. */
import { nameOf } from '../formatting/names.ts'
import { postPath, profilePath } from '../formatting/paths.ts'
import { useText } from '../hooks/use-text.ts'
import type { StoredPost } from '../stores/posts.ts'
import { AppLink } from './app-link.tsx'
import { EmojiText } from './emoji-text.tsx'
import styles from './post-card.module.css'
import { RelativeTime } from './relative-time.tsx'
import { lookOfVisibility } from './visibility.ts'

interface PostHeaderProps {
  /** Names the element with the author's name, for what is called after it. */
  readonly authorId: string
  readonly post: StoredPost
  readonly onHistory: () => void
}

export function PostHeader({ authorId, post, onHistory }: PostHeaderProps) {
  const t = useText()
  const { account } = post
  return (
    <header className={styles.header}>
      {/* Name and handle are cut each for itself: no name is long enough to push the handle away or to pass for one. */}
      <AppLink to={profilePath(account)} className={styles.author ?? ''} title={`@${account.acct}`}>
        <bdi id={authorId} className={styles.name}>
          <EmojiText text={nameOf(account)} emojis={account.emojis} />
        </bdi>{' '}
        <bdi className={styles.handle}>@{account.acct}</bdi>
      </AppLink>
      <span className={styles.facts}>
        {post.edited_at === null ? null : (
          <button
            type="button"
            className={styles.fact}
            aria-label={t('post.edited_label')}
            onClick={onHistory}
          >
            {t('post.edited')}
          </button>
        )}
        <Reach post={post} />
        <AppLink to={postPath(post.id)}>
          <RelativeTime moment={post.created_at} />
        </AppLink>
      </span>
    </header>
  )
}

function Reach({ post }: Pick<PostHeaderProps, 'post'>) {
  const t = useText()
  const { icon: Icon, name } = lookOfVisibility(post.visibility)
  if (post.visibility === 'public') return null
  return (
    <span title={t(name)}>
      <Icon aria-hidden size={14} />
      <span className="visually-hidden">{t(name)}</span>
    </span>
  )
}
