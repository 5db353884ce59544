/** The deeds under a post: a picture and a number each. Plain buttons, for there are many of them on a page. */
import { Bookmark, Heart, type LucideIcon, Quote, Repeat2, Reply, SmilePlus } from 'lucide-react'
import type { ReactNode } from 'react'
import { formatCount } from '../formatting/numbers.ts'
import { isBoostable, isQuotable } from '../formatting/post-reach.ts'
import { useText } from '../hooks/use-text.ts'
import type { StoredPost } from '../stores/posts.ts'
import { cx } from './cx.ts'
import styles from './post-actions.module.css'

export interface PostActs {
  readonly reply: () => void
  readonly boost: () => void
  readonly quote: () => void
  readonly favourite: () => void
  readonly react: () => void
  readonly bookmark: () => void
}

interface PostActionsProps {
  readonly post: StoredPost
  readonly isOwn: boolean
  readonly acts: PostActs
  /** The reader wants no numbers. */
  readonly hidesCounts: boolean
  /** The menu with everything else. */
  readonly children: ReactNode
}

export function PostActions({ post, isOwn, acts, hidesCounts, children }: PostActionsProps) {
  const t = useText()
  const canBoost = isBoostable(post, isOwn)
  const canQuote = isQuotable(post, isOwn)
  const shown = (count: number): number => (hidesCounts ? 0 : count)
  return (
    <footer className={styles.actions}>
      <Action
        icon={Reply}
        label={t('post.reply')}
        count={shown(post.replies_count)}
        onPress={acts.reply}
        isMirrored
      />
      <Action
        icon={Repeat2}
        label={t(canBoost ? 'post.boost' : 'post.boost_not_public')}
        count={shown(post.reblogs_count)}
        tone="boost"
        isPressed={post.reblogged === true}
        isDisabled={!canBoost}
        onPress={acts.boost}
      />
      <Action
        icon={Quote}
        label={t(canQuote ? 'post.quote' : 'post.quote_not_allowed')}
        count={shown(post.quotes_count)}
        isDisabled={!canQuote}
        isSpare
        onPress={acts.quote}
      />
      <Action
        icon={Heart}
        label={t('post.favourite')}
        count={shown(post.favourites_count)}
        tone="favourite"
        isPressed={post.favourited === true}
        onPress={acts.favourite}
      />
      <Action icon={SmilePlus} label={t('post.react')} isSpare onPress={acts.react} />
      <Action
        icon={Bookmark}
        label={t('post.bookmark')}
        tone="bookmark"
        isPressed={post.bookmarked === true}
        isSpare
        onPress={acts.bookmark}
      />
      {children}
    </footer>
  )
}

interface ActionProps {
  readonly icon: LucideIcon
  /** Spoken, and shown when a pointer rests on it. */
  readonly label: string
  readonly count?: number
  readonly tone?: 'favourite' | 'boost' | 'bookmark'
  readonly isPressed?: boolean
  readonly isDisabled?: boolean
  /** Only where there is room; the menu has it too. */
  readonly isSpare?: boolean
  readonly isMirrored?: boolean
  readonly onPress: () => void
}

function Action(props: ActionProps) {
  const { icon: Icon, label, count = 0, tone, isPressed } = props
  const t = useText()
  const number = count === 0 ? '' : formatCount(t.locale, count)
  return (
    <button
      type="button"
      title={label}
      aria-label={`${label} ${number}`.trim()}
      disabled={props.isDisabled === true}
      className={cx(
        styles.action,
        tone === undefined ? null : styles[tone],
        isPressed === true && styles.on,
        props.isSpare === true && styles.spare,
        props.isMirrored === true && styles.mirrored,
      )}
      {...(isPressed === undefined ? {} : { 'aria-pressed': isPressed })}
      onClick={props.onPress}
    >
      <Icon aria-hidden size={18} strokeWidth={1.75} />
      {number === '' ? null : <span className="figures">{number}</span>}
    </button>
  )
}
