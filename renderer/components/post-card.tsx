/** One post as it stands in a list. Knows nothing of where it came from: props in, events out. */
import { Heart, Repeat2, Reply } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Account } from '../../server/contracts/account.ts'
import { formatCount } from '../formatting/numbers.ts'
import { useText } from '../hooks/use-text.ts'
import type { StoredPost } from '../stores/posts.ts'
import { AppLink } from './app-link.tsx'
import { Avatar } from './avatar.tsx'
import { IconButton } from './button.tsx'
import { EmojiText } from './emoji-text.tsx'
import styles from './post-card.module.css'
import { PostContent } from './post-content.tsx'
import { RelativeTime } from './relative-time.tsx'
import { VISIBILITIES } from './visibility.ts'

export interface PostCardProps {
  /** Names the place in the list: the boost for a boosted post. */
  readonly entryId: string
  readonly post: StoredPost
  readonly boostedBy: Account | null
  /** Where the post can be seen on its own server; null where there is no such place. */
  readonly pageUrl: string | null
  readonly isOpen: boolean
  readonly isMediaOpen: boolean
  readonly onToggle: () => void
  readonly onToggleMedia: () => void
  readonly onReply: () => void
  readonly onBoost: () => void
  readonly onFavourite: () => void
  /** A failure that belongs to this post. */
  readonly notice?: ReactNode
}

/** Only what everybody may see can be carried on. */
export function isBoostable(post: Pick<StoredPost, 'visibility'>): boolean {
  return post.visibility === 'public' || post.visibility === 'unlisted'
}

export function profilePath(account: Pick<Account, 'acct'>): string {
  return `/search?q=${encodeURIComponent(`@${account.acct}`)}`
}

export function nameOf(account: Pick<Account, 'display_name' | 'username'>): string {
  return account.display_name.trim() === '' ? account.username : account.display_name
}

export function PostCard(props: PostCardProps) {
  const { entryId, post, boostedBy, notice = null } = props
  const { account } = post
  return (
    <article
      className={styles.post}
      data-entry-id={entryId}
      aria-labelledby={`author-${entryId}`}
      tabIndex={-1}
    >
      {boostedBy === null ? null : <BoostLine account={boostedBy} />}
      <AppLink to={profilePath(account)} className={styles.picture ?? ''} isSkipped>
        <Avatar account={account} />
      </AppLink>
      <div className={styles.main}>
        <PostHeader entryId={entryId} post={post} pageUrl={props.pageUrl} />
        <PostContent
          post={post}
          isOpen={props.isOpen}
          isMediaOpen={props.isMediaOpen}
          onToggle={props.onToggle}
          onToggleMedia={props.onToggleMedia}
        />
        <PostActions {...props} />
        {notice}
      </div>
    </article>
  )
}

function BoostLine({ account }: { readonly account: Account }) {
  const t = useText()
  return (
    <p className={styles.boosted}>
      <Repeat2 aria-hidden size={15} />
      <span>
        {t('post.boosted_by')}{' '}
        <AppLink to={profilePath(account)}>
          <bdi>
            <EmojiText text={nameOf(account)} emojis={account.emojis} />
          </bdi>
        </AppLink>
      </span>
    </p>
  )
}

function PostHeader({ entryId, post, pageUrl }: Pick<PostCardProps, 'entryId' | 'post' | 'pageUrl'>) {
  const t = useText()
  const { account } = post
  const { icon: Icon, name } = VISIBILITIES[post.visibility]
  const time = <RelativeTime moment={post.created_at} />
  return (
    <header className={styles.header}>
      <AppLink to={profilePath(account)} className={styles.author ?? ''}>
        <bdi id={`author-${entryId}`} className={styles.name}>
          <EmojiText text={nameOf(account)} emojis={account.emojis} />
        </bdi>{' '}
        <bdi className={styles.handle} title={`@${account.acct}`}>
          @{account.acct}
        </bdi>
      </AppLink>
      <span className={styles.facts}>
        {post.edited_at === null ? null : <span>{t('post.edited')}</span>}
        {post.visibility === 'public' ? null : (
          <span title={t(name)}>
            <Icon aria-hidden size={14} />
            <span className="visually-hidden">{t(name)}</span>
          </span>
        )}
        {pageUrl === null ? (
          time
        ) : (
          <a href={pageUrl} target="_blank" rel="noopener noreferrer">
            {time}
          </a>
        )}
      </span>
    </header>
  )
}

function PostActions(props: PostCardProps) {
  const t = useText()
  const { post } = props
  const count = (value: number): string => (value === 0 ? '' : formatCount(t.locale, value))
  const canBoost = isBoostable(post)
  const isBoosted = post.reblogged === true
  const isFavourite = post.favourited === true
  return (
    <footer className={styles.actions}>
      <IconButton
        icon={Reply}
        label={t('post.reply')}
        count={count(post.replies_count)}
        onPress={props.onReply}
      />
      <IconButton
        icon={Repeat2}
        label={t(canBoost ? 'post.boost' : 'post.boost_not_public')}
        count={count(post.reblogs_count)}
        tone="boost"
        isPressed={isBoosted}
        isDisabled={!canBoost}
        onPress={props.onBoost}
      />
      <IconButton
        icon={Heart}
        label={t('post.favourite')}
        count={count(post.favourites_count)}
        tone="favourite"
        isPressed={isFavourite}
        onPress={props.onFavourite}
      />
    </footer>
  )
}
