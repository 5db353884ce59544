/**
 * Writes a post, a reply, a quote or an edit. Every letter is kept; what is beyond text, visibility and sending is loaded
 * when it is first needed.
 */
import { useLayoutEffect, useRef } from 'react'
import { Button } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { useCommands } from '../../hooks/use-commands.ts'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { MessageId } from '../../i18n/i18n.ts'
import type { Draft } from '../../stores/draft.ts'
import styles from './composer.module.css'
import { HoldBar } from './hold-bar.tsx'
import { KeepLine } from './keep-line.tsx'
import {
  AltQuestion,
  LeftOutFiles,
  MediaStrip,
  PollEditor,
  ScheduleField,
  WarningField,
} from './late-parts.ts'
import { TargetLines } from './target-line.tsx'
import { TextBox } from './text-box.tsx'
import { Tools } from './tools.tsx'
import { isPollWhole, useLength } from './use-length.ts'
import { useSending } from './use-sending.ts'

interface ComposerProps {
  readonly autoFocus?: boolean
  /** One line, until somebody writes. */
  readonly isBrief?: boolean
  /** The home has taken it. */
  readonly onPosted?: () => void
}

export function Composer({ autoFocus = false, isBrief = false, onPosted }: ComposerProps) {
  const t = useText()
  const { drafts } = useServices()
  useObservable(drafts.view)
  const draft = drafts.current()
  const field = useRef<HTMLTextAreaElement>(null)
  const length = useLength(draft)
  const isUploading = draft.media.some(({ id }) => id === null)
  const canSend = !length.isEmpty && length.left >= 0 && !isUploading && isPollWhole(draft)
  const sending = useSending(draft, canSend, onPosted)
  useComposerKeys(field, sending.send)
  useFocusOnOpening(field)
  return (
    <form
      className={cx(styles.composer, isBrief && styles.brief)}
      aria-label={t(draft.replyTo === null ? 'composer.title' : 'composer.reply_title')}
      onSubmit={(event) => {
        event.preventDefault()
        sending.send()
      }}
    >
      <HoldBar />
      <TargetLines draft={draft} />
      {draft.hasWarning ? <WarningField draft={draft} /> : null}
      <TextBox draft={draft} field={field} autoFocus={autoFocus} />
      <Parts draft={draft} />
      {isBrief ? null : (
        <Tools draft={draft} left={length.left} field={field}>
          <Button
            look="primary"
            type="submit"
            isBusy={sending.isBusy}
            isDisabled={!canSend && !sending.isBusy}
          >
            {t(sendWord(draft))}
          </Button>
        </Tools>
      )}
      {sending.failure === null ? null : (
        <FailureNotice
          failure={sending.failure}
          meaning={t('composer.kept')}
          act={{ label: t('act.try_again'), onPress: sending.send, isBusy: sending.isBusy }}
        />
      )}
      {sending.asksForAltText ? (
        <AltQuestion
          count={draft.media.filter(({ description }) => description.trim() === '').length}
          onAnyway={sending.sendAnyway}
          onClose={sending.leaveQuestion}
        />
      ) : null}
      {isBrief ? null : <KeepLine draft={draft} />}
    </form>
  )
}

function Parts({ draft }: { readonly draft: Draft }) {
  const { uploads } = useServices()
  const leftOut = useObservable(uploads.leftOut)
  return (
    <>
      {draft.media.length === 0 ? null : <MediaStrip draft={draft} />}
      {leftOut?.draftId === draft.id ? <LeftOutFiles files={leftOut.files} /> : null}
      {draft.poll === null ? null : <PollEditor draft={draft} poll={draft.poll} />}
      {draft.scheduledAt === null ? null : <ScheduleField draft={draft} moment={draft.scheduledAt} />}
    </>
  )
}

function sendWord({ edit, scheduledAt, replyTo }: Draft): MessageId {
  if (edit !== null) return 'composer.save'
  if (scheduledAt !== null) return 'composer.schedule'
  return replyTo === null ? 'composer.post' : 'composer.reply'
}

function useComposerKeys(field: { readonly current: HTMLTextAreaElement | null }, send: () => void): void {
  useCommands((command) => {
    if (command === 'write') field.current?.focus()
    const isHere = field.current?.form?.contains(document.activeElement) === true
    if (command === 'send' && isHere) send()
    return command === 'write' || (command === 'send' && isHere)
  })
}

/** A draft that was opened elsewhere in the window goes on here, at its end: before anybody sees it, so that no letter is a shortcut. */
function useFocusOnOpening(field: { readonly current: HTMLTextAreaElement | null }): void {
  const { drafts } = useServices()
  const openings = useObservable(drafts.openings)
  const seen = useRef(openings)
  useLayoutEffect(() => {
    if (seen.current === openings) return
    seen.current = openings
    const { current } = field
    current?.focus()
    current?.setSelectionRange(current.value.length, current.value.length)
  }, [openings, field])
}
