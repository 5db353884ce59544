/** The text: a native field that grows, takes files by pasting and dropping, and suggests people, hashtags and emoji. */
import { type ClipboardEvent, type DragEvent, type RefObject, useRef, useState } from 'react'
import { cx } from '../../components/cx.ts'
import { type Trigger, findTrigger } from '../../formatting/find-trigger.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Draft } from '../../stores/draft.ts'
import type { SuggestionKeys } from './suggestion-keys.ts'
import styles from './composer.module.css'
import { Suggestions } from './late-parts.ts'
import { useAddFiles } from './use-add-files.ts'

interface TextBoxProps {
  readonly draft: Draft
  readonly field: RefObject<HTMLTextAreaElement | null>
  readonly autoFocus: boolean
}

export function TextBox({ draft, field, autoFocus }: TextBoxProps) {
  const t = useText()
  const { drafts } = useServices()
  const takeFiles = useTakeFiles()
  const { trigger, press, setKeys, activeId, setActiveId, look, accept, close } = useCompletion(draft, field)
  return (
    <div className={styles.field}>
      <textarea
        ref={field}
        className={cx(styles.text)}
        aria-label={t('composer.text')}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        {...(trigger === null ? {} : { 'aria-controls': 'suggestions' })}
        {...(trigger === null || activeId === null ? {} : { 'aria-activedescendant': activeId })}
        dir="auto"
        rows={3}
        autoFocus={autoFocus}
        value={draft.text}
        placeholder={t(draft.replyTo === null ? 'composer.placeholder' : 'composer.reply_placeholder')}
        onChange={(event) => {
          drafts.change({ text: event.currentTarget.value })
          look(event.currentTarget)
        }}
        onSelect={(event) => look(event.currentTarget)}
        onBlur={close}
        onKeyDown={(event) => {
          if (trigger === null || event.nativeEvent.isComposing || event.ctrlKey || event.metaKey) return
          if (!press(event.key)) return
          event.preventDefault()
          event.stopPropagation()
        }}
        onPaste={(event) => takeFiles(event, event.clipboardData.files)}
        onDragOver={(event) => {
          if (event.dataTransfer.types.includes('Files')) event.preventDefault()
        }}
        onDrop={(event) => takeFiles(event, event.dataTransfer.files)}
      />
      {trigger === null ? null : (
        <Suggestions
          trigger={trigger}
          field={field}
          onKeys={setKeys}
          onActive={setActiveId}
          onAccept={accept}
          onClose={close}
        />
      )}
    </div>
  )
}

/** Files that are pasted or dropped; text takes its usual way. */
function useTakeFiles(): (event: ClipboardEvent | DragEvent, files: FileList) => void {
  const addFiles = useAddFiles()
  return (event, files) => {
    if (files.length === 0) return
    event.preventDefault()
    addFiles([...files])
  }
}

/** What is being typed that could be completed, and what becomes of it. */
function useCompletion(draft: Draft, field: RefObject<HTMLTextAreaElement | null>) {
  const { drafts } = useServices()
  const [trigger, setTrigger] = useState<Trigger | null>(null)
  const [activeId, setActiveId] = useState<string | null>(null)
  const keys = useRef<SuggestionKeys>(() => false)
  const look = (element: HTMLTextAreaElement): void => {
    const isPoint = element.selectionStart === element.selectionEnd
    setTrigger(isPoint ? findTrigger(element.value, element.selectionStart) : null)
  }
  const accept = (words: string): void => {
    if (trigger === null) return
    const rest = draft.text.slice(trigger.end).replace(/^ /, '')
    drafts.change({ text: `${draft.text.slice(0, trigger.start)}${words} ${rest}` })
    setTrigger(null)
    const caret = trigger.start + words.length + 1
    requestAnimationFrame(() => {
      field.current?.focus()
      field.current?.setSelectionRange(caret, caret)
    })
  }
  const press = (key: string): boolean => keys.current(key)
  const setKeys = (given: SuggestionKeys): void => {
    keys.current = given
  }
  const close = (): void => setTrigger(null)
  return { trigger, press, setKeys, activeId, setActiveId, look, accept, close }
}
