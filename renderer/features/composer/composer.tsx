/** Writes a post or a reply. Every letter is kept; the field empties only after the home said yes. */
import { ShieldAlert, X } from 'lucide-react'
import { type RefObject, useRef, useState } from 'react'
import { TextArea, TextField as AriaTextField } from 'react-aria-components'
import { type ApiFailure, toFailure } from '../../api/failure.ts'
import { createPost } from '../../api/posts.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { TextField } from '../../components/text-field.tsx'
import { VisibilityMenu } from '../../components/visibility-menu.tsx'
import { countCharacters } from '../../formatting/count-characters.ts'
import { useCommands } from '../../hooks/use-commands.ts'
import { useInstance } from '../../hooks/use-facts.ts'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Draft } from '../../stores/drafts.ts'
import type { StoredPost } from '../../stores/posts.ts'
import styles from './composer.module.css'

interface ComposerProps {
  readonly autoFocus?: boolean
  /** The post is out. */
  readonly onPosted?: () => void
}

export function Composer({ autoFocus = false, onPosted }: ComposerProps) {
  const t = useText()
  const { drafts } = useServices()
  const { currentKey } = useObservable(drafts.view)
  const draft = drafts.current()
  const field = useRef<HTMLTextAreaElement>(null)
  const length = useLength(draft)
  const sending = useSending(currentKey, onPosted)
  const canSend = length.count > 0 && length.left >= 0 && !sending.isBusy
  const send = (): void => {
    if (canSend) void sending.send(draft)
  }
  useCommands((command) => {
    if (command === 'write') field.current?.focus()
    const isHere = field.current?.form?.contains(document.activeElement) === true
    if (command === 'send' && isHere) send()
    return command === 'write' || (command === 'send' && isHere)
  })
  return (
    <form
      className={styles.composer}
      aria-label={t(draft.replyTo === null ? 'composer.title' : 'composer.reply_title')}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {draft.replyTo === null ? null : <ReplyLine draft={draft} />}
      <Fields draft={draft} field={field} autoFocus={autoFocus} />
      <Tools draft={draft} left={length.left} isBusy={sending.isBusy} canSend={canSend} />
      {sending.failure === null ? null : (
        <FailureNotice
          failure={sending.failure}
          meaning={t('composer.kept')}
          act={{ label: t('act.try_again'), onPress: send, isBusy: sending.isBusy }}
        />
      )}
      <p role="status" className={styles.status}>
        {sending.wasPosted ? t('composer.posted') : draft.savedAtMs === null ? '' : t('composer.saved')}
      </p>
    </form>
  )
}

interface FieldsProps {
  readonly draft: Draft
  readonly field: RefObject<HTMLTextAreaElement | null>
  readonly autoFocus: boolean
}

function Fields({ draft, field, autoFocus }: FieldsProps) {
  const t = useText()
  const { drafts } = useServices()
  const isReply = draft.replyTo !== null
  return (
    <>
      {draft.hasWarning ? (
        <TextField
          label={t('composer.warning')}
          value={draft.warning}
          placeholder={t('composer.warning_placeholder')}
          autoFocus={draft.warning === ''}
          maxLength={500}
          onChange={(warning) => drafts.change({ warning })}
        />
      ) : null}
      <AriaTextField
        aria-label={t('composer.text')}
        value={draft.text}
        onChange={(text) => drafts.change({ text })}
        className={cx(styles.field)}
      >
        <TextArea
          key={draft.replyTo?.id ?? ''}
          ref={field}
          className={cx(styles.text)}
          dir="auto"
          rows={3}
          autoFocus={autoFocus || isReply}
          placeholder={t(isReply ? 'composer.reply_placeholder' : 'composer.placeholder')}
          onFocus={(event) => moveToEnd(event.currentTarget)}
        />
      </AriaTextField>
    </>
  )
}

interface ToolsProps {
  readonly draft: Draft
  readonly left: number
  readonly isBusy: boolean
  readonly canSend: boolean
}

function Tools({ draft, left, isBusy, canSend }: ToolsProps) {
  const t = useText()
  const { drafts } = useServices()
  const number = new Intl.NumberFormat(t.locale)
  return (
    <div className={styles.tools}>
      <VisibilityMenu value={draft.visibility} onChange={(visibility) => drafts.change({ visibility })} />
      <IconButton
        icon={ShieldAlert}
        label={t('composer.add_warning')}
        isPressed={draft.hasWarning}
        onPress={() => drafts.change({ hasWarning: !draft.hasWarning })}
      />
      <span className={cx(styles.count, 'figures', left < 0 && styles.over)}>
        <span aria-hidden>{number.format(left)}</span>
        <span className="visually-hidden" role="status">
          {left < 0
            ? t('composer.too_long', { count: -left })
            : left <= 20
              ? t('composer.left', { count: left })
              : ''}
        </span>
      </span>
      <Button look="primary" type="submit" isBusy={isBusy} isDisabled={!canSend && !isBusy}>
        {t(draft.replyTo === null ? 'composer.post' : 'composer.reply')}
      </Button>
    </div>
  )
}

function ReplyLine({ draft }: { readonly draft: Draft }) {
  const t = useText()
  const { drafts, posts } = useServices()
  const { replyTo } = draft
  if (replyTo === null) return null
  const name = replyTo.displayName.trim() === '' ? `@${replyTo.acct}` : replyTo.displayName
  const answered = posts.get(replyTo.id)
  return (
    <div className={styles.reply}>
      <div className={styles.replyWords}>
        <p dir="auto">{t('composer.replying_to', { name })}</p>
        {answered === undefined ? null : (
          <p className={styles.quote} dir="auto">
            {answered.spoiler_text === '' ? textOf(answered.content) : answered.spoiler_text}
          </p>
        )}
      </div>
      <IconButton icon={X} label={t('composer.leave_reply')} onPress={() => drafts.leaveReply()} />
    </div>
  )
}

/** The bare words of a post, for one line; markup of any kind becomes a blank. */
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

function moveToEnd(field: HTMLTextAreaElement): void {
  if (field.selectionStart === 0 && field.selectionEnd === 0) {
    field.setSelectionRange(field.value.length, field.value.length)
  }
}

/** Until the home has told its limits, those that every server knows. */
const FIRST_LIMITS = { max_characters: 500, characters_reserved_per_url: 23 }

function useLength({ text, warning, hasWarning }: Draft): { count: number; left: number } {
  const { data } = useInstance()
  const limits = data?.configuration.statuses ?? FIRST_LIMITS
  const perLink = limits.characters_reserved_per_url
  const words = countCharacters(text, perLink)
  const all = words + (hasWarning ? countCharacters(warning, perLink) : 0)
  return { count: text.trim() === '' ? 0 : words, left: limits.max_characters - all }
}

interface Sending {
  readonly isBusy: boolean
  readonly failure: ApiFailure | null
  readonly wasPosted: boolean
  readonly send: (draft: Draft) => Promise<void>
}

function useSending(key: string, onPosted: (() => void) | undefined): Sending {
  const { api, drafts, posts, timeline } = useServices()
  const [busyKey, setBusyKey] = useState<string | null>(null)
  const [failed, setFailed] = useState<{ key: string; failure: ApiFailure } | null>(null)
  const [wasPosted, setPosted] = useState(false)
  const send = async (draft: Draft): Promise<void> => {
    setBusyKey(key)
    setFailed(null)
    setPosted(false)
    try {
      const status = await createPost(api, {
        text: draft.text,
        warning: draft.hasWarning ? draft.warning : '',
        visibility: draft.visibility,
        inReplyToId: draft.replyTo?.id ?? null,
        idempotencyKey: draft.idempotencyKey,
      })
      drafts.finish(key)
      timeline.arrive(status)
      if (draft.replyTo !== null) posts.patch(draft.replyTo.id, withOneMoreReply)
      setPosted(true)
      onPosted?.()
    } catch (error) {
      setFailed({ key, failure: toFailure(error) })
    } finally {
      setBusyKey(null)
    }
  }
  return { isBusy: busyKey !== null, failure: failed?.key === key ? failed.failure : null, wasPosted, send }
}

function withOneMoreReply(post: StoredPost): StoredPost {
  return { ...post, replies_count: post.replies_count + 1 }
}
