/** The content of a post with what the reader has opened of it, and its translation. */
import type { FilterContext } from '../../../server/contracts/filter.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { PostContent } from '../../components/post-content.tsx'
import styles from '../../components/post-content.module.css'
import { Spinner } from '../../components/spinner.tsx'
import { filterVerdict } from '../../formatting/filter-verdict.ts'
import { useNow } from '../../hooks/use-now.ts'
import { useObservable } from '../../hooks/use-observable.ts'
import { usePreferences } from '../../hooks/use-preferences.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { OPENED, openingsOf, toggled } from '../../stores/opened.ts'
import type { StoredPost } from '../../stores/posts.ts'
import type { TranslationState } from '../../stores/translations.ts'

interface PostBodyProps {
  readonly post: StoredPost
  readonly isOwn: boolean
  readonly isBlurred: boolean
  readonly context: FilterContext
}

export function PostBody({ post, isOwn, isBlurred, context }: PostBodyProps) {
  const { opened, deeds, postSheet } = useServices()
  const names = useObservable(opened)
  const translation = useObservable(deeds.translations.view).get(post.id)
  const preferences = usePreferences()
  const now = useNow(null)
  const covers = { isBlurred, isQuoteFiltered: isQuoteFiltered(post, context, now) }
  const { id, media_attachments: media } = post
  const pollId = post.poll?.id ?? id
  const isShown = translation?.phase === 'ready' && translation.isShown
  return (
    <PostContent
      post={post}
      isOwn={isOwn}
      isQuoteFiltered={covers.isQuoteFiltered}
      opened={openingsOf(post, names, preferences, covers)}
      translation={isShown ? translation.translation : null}
      translationNote={<TranslationNote postId={id} state={translation} />}
      onToggle={(what) => opened.update((known) => toggled(known, OPENED[what](id)))}
      onOpenMedia={(index) => postSheet.set({ kind: 'viewer', media, index })}
      onVote={async (choices) => deeds.polls.vote(id, pollId, choices)}
      onRefreshPoll={async () => deeds.polls.refresh(id, pollId)}
    />
  )
}

/** What is filtered is not shown through a post that quotes it either. */
function isQuoteFiltered({ quote }: StoredPost, context: FilterContext, now: Date): boolean {
  if (quote === null || !('quoted_status' in quote)) return false
  return filterVerdict(quote.quoted_status?.filtered, context, now) !== null
}

interface TranslationNoteProps {
  readonly postId: string
  readonly state: TranslationState | undefined
}

function TranslationNote({ postId, state }: TranslationNoteProps) {
  const t = useText()
  const { deeds } = useServices()
  const toggle = (): void => void deeds.translations.toggle(postId, t.locale)
  switch (state?.phase) {
    case undefined:
      return null
    case 'loading':
      return (
        <p className={styles.translated} role="status">
          <Spinner /> {t('translation.loading')}
        </p>
      )
    case 'failed':
      return (
        <FailureNotice
          failure={state.failure}
          meaning={t('translation.failed')}
          act={{ label: t('act.try_again'), onPress: toggle }}
        />
      )
    case 'ready':
      return (
        <p className={styles.translated}>
          {state.isShown ? (
            <span>
              {t('translation.by', {
                provider: state.translation.provider,
                language: languageName(t.locale, state.translation.detected_source_language),
              })}
            </span>
          ) : null}
          <Button look="plain" onPress={toggle}>
            {t(state.isShown ? 'translation.original' : 'translation.again')}
          </Button>
        </p>
      )
  }
}

/** The tag itself where the browser has no name for it. */
function languageName(locale: string, tag: string): string {
  try {
    return new Intl.DisplayNames(locale, { type: 'language' }).of(tag) ?? tag
  } catch {
    return tag
  }
}
