/** What somebody wrote: under its warning if it has one, folded after twelve lines, with its media. */
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Status } from '../../server/contracts/status.ts'
import { useText } from '../hooks/use-text.ts'
import type { StoredPost } from '../stores/posts.ts'
import { Button } from './button.tsx'
import { cx } from './cx.ts'
import { EmojiText } from './emoji-text.tsx'
import { MediaGrid } from './media-grid.tsx'
import styles from './post-content.module.css'
import { PostHtml } from './post-html.tsx'

interface PostContentProps {
  readonly post: StoredPost
  readonly isOpen: boolean
  readonly isMediaOpen: boolean
  readonly onToggle: () => void
  readonly onToggleMedia: () => void
}

export function PostContent({ post, isOpen, isMediaOpen, onToggle, onToggleMedia }: PostContentProps) {
  const t = useText()
  const hasWarning = post.spoiler_text !== ''
  const isShown = !hasWarning || isOpen
  const quoted = quotedOf(post)
  return (
    <div className={styles.content}>
      {hasWarning ? (
        <div className={styles.warning}>
          <p dir="auto">
            <span className="visually-hidden">{t('post.warning')} </span>
            <EmojiText text={post.spoiler_text} emojis={post.emojis} />
          </p>
          <Button onPress={onToggle} isPressed={isOpen}>
            {t(isOpen ? 'post.hide' : 'post.show')}
          </Button>
        </div>
      ) : null}
      {isShown ? (
        <>
          {post.content === '' ? null : (
            <Folding key={post.id}>
              <div
                className={styles.text}
                dir="auto"
                {...(post.language === null ? {} : { lang: post.language })}
              >
                <PostHtml
                  html={post.content}
                  emojis={post.emojis}
                  mentions={post.mentions}
                  hidesQuoteLine={quoted !== null}
                />
              </div>
            </Folding>
          )}
          {quoted === null ? null : <QuotedPost post={quoted} />}
          {post.media_attachments.length === 0 ? null : (
            <MediaGrid
              media={post.media_attachments}
              isCovered={post.sensitive && !hasWarning && !isMediaOpen}
              canCover={post.sensitive && !hasWarning}
              onToggle={onToggleMedia}
            />
          )}
        </>
      ) : null}
    </div>
  )
}

/** Null where there is nothing to show: the line in the text that names the quoted post stays then. */
function quotedOf({ quote }: StoredPost): Status | null {
  if (quote === null || !('quoted_status' in quote) || quote.state !== 'accepted') return null
  return quote.quoted_status
}

/** What is under a warning or covered is seen at the quoted post itself. */
function QuotedPost({ post }: { readonly post: Status }) {
  const { account } = post
  return (
    <blockquote className={styles.quote}>
      <p className={styles.quoted}>
        <bdi>
          <EmojiText text={account.display_name || account.username} emojis={account.emojis} />
        </bdi>{' '}
        <bdi className={styles.handle}>@{account.acct}</bdi>
      </p>
      <div className={styles.text} dir="auto" {...(post.language === null ? {} : { lang: post.language })}>
        {post.spoiler_text === '' ? (
          <PostHtml html={post.content} emojis={post.emojis} mentions={post.mentions} hidesQuoteLine />
        ) : (
          <EmojiText text={post.spoiler_text} emojis={post.emojis} />
        )}
      </div>
    </blockquote>
  )
}

/** Shows twelve lines of a long text, and all of it when asked. */
function Folding({ children }: { readonly children: ReactNode }) {
  const t = useText()
  const box = useRef<HTMLDivElement>(null)
  const [isOpen, setOpen] = useState(false)
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const measure = (): void => {
      if (!isOpen) setLong(element.scrollHeight > element.clientHeight + 1)
    }
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [isOpen])
  return (
    <>
      <div
        ref={box}
        className={cx(styles.fold, isOpen && styles.unfolded, isLong && !isOpen && styles.faded)}
      >
        {children}
      </div>
      {isLong ? (
        <div className={styles.more}>
          <Button look="plain" onPress={() => setOpen(!isOpen)}>
            {t(isOpen ? 'post.less' : 'post.more')}
          </Button>
        </div>
      ) : null}
    </>
  )
}
