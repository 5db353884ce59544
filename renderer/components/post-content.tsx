/** What somebody wrote: under its warning if it has one, folded after twelve lines, with all that belongs to it. */
import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Translation } from '../../server/contracts/translation.ts'
import { useText } from '../hooks/use-text.ts'
import type { StoredPost } from '../stores/posts.ts'
import { Covered } from './covered.tsx'
import { EmojiText } from './emoji-text.tsx'
import { Folding } from './folding.tsx'
import { MediaGrid } from './media-grid.tsx'
import { PollView } from './poll-view.tsx'
import styles from './post-content.module.css'
import { PostHtml } from './post-html.tsx'
import text from './post-text.module.css'
import { PreviewCard } from './preview-card.tsx'
import { QuotedPost } from './quoted-post.tsx'

/** What the reader has opened of it. */
export interface PostOpenings {
  readonly warning: boolean
  readonly media: boolean
  readonly text: boolean
  readonly quote: boolean
}

export interface PostContentProps {
  readonly post: StoredPost
  readonly isOwn: boolean
  readonly opened: PostOpenings
  /** A filter wants the media covered. */
  readonly isBlurred: boolean
  readonly isQuoteFiltered: boolean
  readonly translation: Translation | null
  readonly onToggle: (what: keyof PostOpenings) => void
  readonly onOpenMedia: (index: number) => void
  /** @throws ApiFailure */
  readonly onVote: (choices: readonly number[]) => Promise<void>
  /** @throws ApiFailure */
  readonly onRefreshPoll: () => Promise<void>
  /** Stands under the text: who translated it. */
  readonly translationNote?: ReactNode
}

export function PostContent(props: PostContentProps) {
  const { post, opened, translation, onToggle } = props
  const t = useText()
  const hasWarning = post.spoiler_text !== ''
  const warning = translation?.spoiler_text || post.spoiler_text
  return (
    <div className={styles.content}>
      {hasWarning ? (
        <Covered
          icon={TriangleAlert}
          act={t(opened.warning ? 'post.hide' : 'post.show')}
          isOpen={opened.warning}
          onToggle={() => onToggle('warning')}
        >
          <span className="visually-hidden">{t('post.warning')} </span>
          <span {...langOf(post, translation)}>
            <EmojiText text={warning} emojis={post.emojis} />
          </span>
        </Covered>
      ) : null}
      {!hasWarning || opened.warning ? <Uncovered {...props} hasWarning={hasWarning} /> : null}
    </div>
  )
}

function langOf(post: StoredPost, translation: Translation | null): { lang?: string } {
  const lang = translation?.language ?? post.language
  return lang === null ? {} : { lang }
}

function Uncovered(props: PostContentProps & { readonly hasWarning: boolean }) {
  const { post, opened, onToggle, translation, translationNote } = props
  const { card, media_attachments: media, poll, quote } = post
  const isCoverable = props.isBlurred || (post.sensitive && !props.hasWarning)
  return (
    <>
      <Words {...props} />
      {translationNote}
      {poll === null ? null : (
        <PollView
          poll={poll}
          isOwn={props.isOwn}
          onVote={props.onVote}
          onRefresh={props.onRefreshPoll}
          {...(translation?.poll ? { titles: translation.poll.options.map(({ title }) => title) } : {})}
        />
      )}
      {media.length === 0 ? null : (
        <MediaGrid
          media={media}
          isCovered={isCoverable && !opened.media}
          canCover={isCoverable}
          onToggle={() => onToggle('media')}
          onOpen={props.onOpenMedia}
        />
      )}
      {quote === null ? null : (
        <QuotedPost
          quote={quote}
          isOpen={opened.quote}
          isFiltered={props.isQuoteFiltered}
          onToggle={() => onToggle('quote')}
        />
      )}
      {card === null || media.length > 0 || quote !== null ? null : <PreviewCard card={card} />}
    </>
  )
}

function Words({ post, opened, translation, onToggle }: PostContentProps) {
  const html = translation?.content ?? post.content
  if (html === '') return null
  return (
    <Folding isOpen={opened.text} onToggle={() => onToggle('text')}>
      <div className={text.text} dir="auto" {...langOf(post, translation)}>
        <PostHtml
          html={html}
          emojis={post.emojis}
          mentions={post.mentions}
          hidesQuoteLine={isQuoteShown(post)}
        />
      </div>
    </Folding>
  )
}

/** Where there is nothing to show, the line in the text that names the quoted post stays. */
function isQuoteShown({ quote }: StoredPost): boolean {
  return quote !== null && 'quoted_status' in quote && quote.quoted_status !== null
}
