/** The frame of one post in a list: who carries it, who wrote it, when and for whom. Props in, events out. */
import { CornerDownRight, Pin, Repeat2 } from 'lucide-react'
import { type MouseEvent, type ReactNode, useId } from 'react'
import { nameOf } from '../formatting/names.ts'
import { postPath, profilePath } from '../formatting/paths.ts'
import { replyParent } from '../formatting/reply-parent.ts'
import { useText } from '../hooks/use-text.ts'
import type { Carriers } from '../stores/boosters.ts'
import type { StoredPost } from '../stores/posts.ts'
import { AppLink } from './app-link.tsx'
import { Avatar } from './avatar.tsx'
import { EmojiText } from './emoji-text.tsx'
import styles from './post-card.module.css'
import { PostHeader } from './post-header.tsx'

export interface PostCardProps {
  /** Names the place in the list: the boost for a boosted post. */
  readonly entryId: string
  readonly post: StoredPost
  /** Who carried it here, the first of them by name; nobody for a post that came from its author. */
  readonly carriers: Carriers
  readonly onBoosters: () => void
  /** Inside a thread it is seen whom a post answers. */
  readonly hidesReplyLine?: boolean
  readonly isPinnedHere?: boolean
  /** Its thread stands in the column beside this one. */
  readonly isOpenBeside?: boolean
  readonly onOpen: () => void
  readonly onHistory: () => void
  readonly children: ReactNode
}

export function PostCard(props: PostCardProps) {
  const { entryId, post, carriers, children } = props
  const { account } = post
  // The same post may stand in the list and in the thread beside it.
  const authorId = useId()
  return (
    // The keyboard opens a post with Enter, which the keys of the window bring.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- see above
    <article
      className={styles.post}
      data-entry-id={entryId}
      aria-labelledby={authorId}
      {...(props.isOpenBeside === true ? { 'aria-current': 'true' as const } : {})}
      tabIndex={-1}
      onClick={(event) => isPlainPress(event) && props.onOpen()}
    >
      <BoostLine carriers={carriers} onBoosters={props.onBoosters} />
      {props.isPinnedHere === true ? <PinLine /> : null}
      {props.hidesReplyLine === true ? null : <ReplyLine post={post} />}
      <AppLink to={profilePath(account)} className={styles.picture ?? ''} isSkipped>
        <Avatar account={account} />
      </AppLink>
      <div className={styles.main}>
        <PostHeader authorId={authorId} post={post} onHistory={props.onHistory} />
        {children}
      </div>
    </article>
  )
}

const OWN_MEANING = 'a, button, input, label, video, audio, summary, select, textarea, [role="dialog"]'

/** On the post itself and not on something in it, nor at the end of marking words. */
function isPlainPress({ target, currentTarget, defaultPrevented }: MouseEvent<HTMLElement>): boolean {
  // What is shown over the page by something in the post is no part of it.
  if (defaultPrevented || !(target instanceof Element) || !currentTarget.contains(target)) return false
  return target.closest(OWN_MEANING) === null && window.getSelection()?.isCollapsed !== false
}

function BoostLine({ carriers, onBoosters }: Pick<PostCardProps, 'carriers' | 'onBoosters'>) {
  const t = useText()
  const [first, ...others] = carriers.accounts
  if (first === undefined) return null
  return (
    <p className={styles.line}>
      <Repeat2 aria-hidden size={15} className={styles.boost} />
      <span>
        {t('post.boosted_by')}{' '}
        <AppLink to={profilePath(first)}>
          <bdi>
            <EmojiText text={nameOf(first)} emojis={first.emojis} />
          </bdi>
        </AppLink>
        {carriers.count < 2 ? null : (
          <>
            {' '}
            <button
              type="button"
              className={styles.others}
              aria-haspopup="dialog"
              title={others.map(nameOf).join(' · ')}
              onClick={onBoosters}
            >
              {t('post.boosted_with', { count: carriers.count - 1 })}
            </button>
          </>
        )}
      </span>
    </p>
  )
}

function PinLine() {
  const t = useText()
  return (
    <p className={styles.line}>
      <Pin aria-hidden size={14} />
      <span>{t('post.pinned')}</span>
    </p>
  )
}

function ReplyLine({ post }: { readonly post: StoredPost }) {
  const t = useText()
  const parent = replyParent(post)
  if (parent === null) return null
  return (
    <p className={styles.line}>
      <CornerDownRight aria-hidden size={15} className={styles.mirrored} />
      <AppLink to={postPath(parent.postId)}>
        {parent.kind === 'named' ? (
          <>
            {t('post.reply_to')} <bdi>@{parent.username}</bdi>
          </>
        ) : (
          t(parent.kind === 'own_thread' ? 'post.reply_to_self' : 'post.reply_to_somebody')
        )}
      </AppLink>
    </p>
  )
}
