/** What somebody wrote: under its warning if it has one, folded after twelve lines, with all that belongs to it. */
import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Translation } from '../../server/contracts/translation.ts'
import { MOST_OF_WARNING, shortened } from '../formatting/shorten.ts'
import { useText } from '../hooks/use-text.ts'
import type { PostOpenings } from '../stores/opened.ts'
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

export interface PostContentProps {
  readonly post: StoredPost
  readonly isOwn: boolean
  readonly opened: PostOpenings
  readonly isQuoteFiltered: boolean
  readonly translation: Translation | null
  readonly onToggle: (what: 'warning' | 'media' | 'text' | 'quote') => void
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
            <EmojiText text={shortened(warning, MOST_OF_WARNING)} emojis={post.emojis} />
          </span>
        </Covered>
      ) : null}
      {!hasWarning || opened.warning ? <Uncovered {...props} /> : null}
    </div>
  )
}

function langOf(post: StoredPost, translation: Translation | null): { lang?: string } {
  const lang = translation?.language ?? post.language
  return lang === null ? {} : { lang }
}

function Uncovered(props: PostContentProps) {
  const { post, opened, onToggle, translation, translationNote } = props
  const { card, media_attachments: media, poll, quote } = post
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
          isCovered={opened.canCoverMedia && !opened.media}
          canCover={opened.canCoverMedia}
          onToggle={() => onToggle('media')}
          onOpen={props.onOpenMedia}
        />
      )}
      {quote === null ? null : (
        <QuotedPost
          quote={quote}
          isOpen={opened.quote}
          showsMedia={opened.quoteMedia}
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
  const words = (
    <div className={text.text} dir="auto" {...langOf(post, translation)}>
      <PostHtml
        html={html}
        emojis={post.emojis}
        mentions={post.mentions}
        hidesQuoteLine={isQuoteShown(post)}
      />
    </div>
  )
  if (!opened.folds) return words
  return (
    <Folding isOpen={opened.text} onToggle={() => onToggle('text')}>
      {words}
    </Folding>
  )
}

/** Where there is nothing to show, the line in the text that names the quoted post stays. */
function isQuoteShown({ quote }: StoredPost): boolean {
  return quote !== null && 'quoted_status' in quote && quote.quoted_status !== null
}
