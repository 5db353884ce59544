/** A post inside another, one deep; where it may not be shown, why. */
import { EyeOff, type LucideIcon, Lock, Quote as QuoteIcon, Trash2, VolumeX } from 'lucide-react'
import type { QuoteState, Status } from '../../server/contracts/status.ts'
import { nameOf } from '../formatting/names.ts'
import { postPath, profilePath } from '../formatting/paths.ts'
import { MOST_OF_WARNING, shortened } from '../formatting/shorten.ts'
import { useText } from '../hooks/use-text.ts'
import type { StoredPost } from '../stores/posts.ts'
import { AppLink } from './app-link.tsx'
import { Avatar } from './avatar.tsx'
import { Covered } from './covered.tsx'
import { EmojiText } from './emoji-text.tsx'
import { PostHtml } from './post-html.tsx'
import { QuotedMedia } from './quoted-media.tsx'
import styles from './quoted-post.module.css'
import text from './post-text.module.css'
import { RelativeTime } from './relative-time.tsx'

type Quote = NonNullable<StoredPost['quote']>

interface QuotedPostProps {
  readonly quote: Quote
  /** What a block, a mute, a warning or a filter covers is shown. */
  readonly isOpen: boolean
  readonly showsMedia: boolean
  readonly isFiltered: boolean
  readonly onToggle: () => void
}

const ICONS: ReadonlyMap<QuoteState, LucideIcon> = new Map([
  ['deleted', Trash2],
  ['unauthorized', Lock],
  ['blocked_account', EyeOff],
  ['muted_account', VolumeX],
])

export function QuotedPost({ quote, isOpen, showsMedia, isFiltered, onToggle }: QuotedPostProps) {
  const t = useText()
  const { state } = quote
  if (!('quoted_status' in quote)) {
    const id = quote.quoted_status_id
    return (
      <Covered icon={QuoteIcon}>
        {id !== null && state === 'accepted' ? (
          <AppLink to={postPath(id)}>{t('quote.deeper')}</AppLink>
        ) : (
          t(`quote.${state}`)
        )}
      </Covered>
    )
  }
  const post = quote.quoted_status
  if (post === null) return <Covered icon={ICONS.get(state) ?? QuoteIcon}>{t(`quote.${state}`)}</Covered>
  const reason = state === 'accepted' ? (isFiltered ? t('quote.filtered') : null) : t(`quote.${state}`)
  return (
    <>
      {reason === null ? null : (
        <Covered
          icon={ICONS.get(state) ?? EyeOff}
          act={t(isOpen ? 'post.hide' : 'filter.show_anyway')}
          isOpen={isOpen}
          onToggle={onToggle}
        >
          {reason}
        </Covered>
      )}
      {reason === null || isOpen ? (
        <Quoted
          post={post}
          isOpen={isOpen}
          showsMedia={showsMedia}
          onToggle={onToggle}
          isAsked={reason === null}
        />
      ) : null}
    </>
  )
}

interface QuotedProps {
  readonly post: Status
  readonly isOpen: boolean
  readonly showsMedia: boolean
  readonly isAsked: boolean
  readonly onToggle: () => void
}

function Quoted({ post, isOpen, showsMedia, isAsked, onToggle }: QuotedProps) {
  const t = useText()
  const hasWarning = post.spoiler_text !== ''
  const isShown = !hasWarning || isOpen
  return (
    <blockquote className={styles.quote}>
      <QuotedHeader post={post} />
      {hasWarning ? (
        <Covered
          icon={EyeOff}
          isOpen={isOpen}
          onToggle={onToggle}
          {...(isAsked ? { act: t(isOpen ? 'post.hide' : 'post.show') } : {})}
        >
          <span className="visually-hidden">{t('post.warning')} </span>
          <EmojiText text={shortened(post.spoiler_text, MOST_OF_WARNING)} emojis={post.emojis} />
        </Covered>
      ) : null}
      {isShown && post.content !== '' ? (
        <div
          className={`${text.text} ${styles.text}`}
          dir="auto"
          {...(post.language === null ? {} : { lang: post.language })}
        >
          <PostHtml html={post.content} emojis={post.emojis} mentions={post.mentions} hidesQuoteLine />
        </div>
      ) : null}
      {isShown && post.media_attachments.length > 0 && showsMedia ? (
        <QuotedMedia media={post.media_attachments} />
      ) : null}
      <QuotedRest post={post} hidesMedia={isShown && !showsMedia} />
    </blockquote>
  )
}

function QuotedHeader({ post }: { readonly post: Status }) {
  const { account } = post
  return (
    <div className={styles.header}>
      <Avatar account={account} size="small" />
      <AppLink to={profilePath(account)} className={styles.author ?? ''}>
        <bdi className={styles.name}>
          <EmojiText text={nameOf(account)} emojis={account.emojis} />
        </bdi>
        <bdi className={styles.handle}>@{account.acct}</bdi>
      </AppLink>
      <AppLink to={postPath(post.id)} className={styles.time ?? ''}>
        <RelativeTime moment={post.created_at} />
      </AppLink>
    </div>
  )
}

/** What is seen at the quoted post itself. */
function QuotedRest({ post, hidesMedia }: { readonly post: Status; readonly hidesMedia: boolean }) {
  const t = useText()
  const { length } = post.media_attachments
  const rest = [
    ...(post.poll === null ? [] : [t('quote.has_poll')]),
    ...(hidesMedia && length > 0 ? [t('quote.has_media', { count: length })] : []),
    ...(post.quote === null ? [] : [t('quote.has_quote')]),
  ]
  if (rest.length === 0) return null
  return (
    <p className={styles.rest}>
      <AppLink to={postPath(post.id)}>{rest.join(' · ')}</AppLink>
    </p>
  )
}
