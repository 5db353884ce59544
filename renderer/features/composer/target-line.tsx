/** Above the text: which post is answered, quoted or changed, with its first words and the way out. */
import { X } from 'lucide-react'
import { IconButton } from '../../components/button.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Draft, DraftTarget } from '../../stores/draft.ts'
import styles from './composer.module.css'

export function TargetLines({ draft }: { readonly draft: Draft }) {
  const t = useText()
  const { drafts } = useServices()
  const { replyTo, quote, edit } = draft
  if (edit !== null) {
    return <Target target={edit} words={t('composer.editing')} leave={t('composer.leave_edit')} />
  }
  return (
    <>
      {replyTo === null ? null : (
        <Target
          target={replyTo}
          words={t('composer.replying_to', { name: nameOf(replyTo) })}
          leave={t('composer.leave_reply')}
        />
      )}
      {quote === null ? null : (
        <Target
          target={quote}
          words={t('composer.quoting', { name: nameOf(quote) })}
          leave={t('composer.leave_quote')}
          onLeave={replyTo === null ? () => drafts.leave() : () => drafts.change({ quote: null })}
        />
      )}
    </>
  )
}

interface TargetProps {
  readonly target: DraftTarget
  readonly words: string
  readonly leave: string
  readonly onLeave?: () => void
}

function Target({ target, words, leave, onLeave }: TargetProps) {
  const { drafts, posts } = useServices()
  const post = posts.get(target.id)
  return (
    <div className={styles.reply}>
      <div className={styles.replyWords}>
        <p dir="auto">{words}</p>
        {post === undefined ? null : (
          <p className={styles.quote} dir="auto">
            {post.spoiler_text === '' ? textOf(post.content) : post.spoiler_text}
          </p>
        )}
      </div>
      <IconButton icon={X} label={leave} onPress={onLeave ?? (() => drafts.leave())} />
    </div>
  )
}

const nameOf = ({ displayName, acct }: DraftTarget): string =>
  displayName.trim() === '' ? `@${acct}` : displayName

/** The bare words of a post, for two lines; markup of any kind becomes a blank. */
function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
}
