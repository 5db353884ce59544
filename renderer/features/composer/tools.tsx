/** Below the text: how far it goes, what can be added, how many characters are left, and the button that sends. */
import { CalendarClock, ChartBarBig, ImagePlus, ShieldAlert, SlidersHorizontal } from 'lucide-react'
import { type ReactNode, type RefObject, useRef, useState } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import { IconButton } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { VisibilityMenu } from '../../components/visibility-menu.tsx'
import { languageName } from '../../formatting/language-name.ts'
import { useInstance, useOwnAccount } from '../../hooks/use-facts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Draft } from '../../stores/draft.ts'
import styles from './composer.module.css'
import { EmojiButton } from './emoji-button.tsx'
import { PostOptions } from './late-parts.ts'
import { useAddFiles } from './use-add-files.ts'

interface ToolsProps {
  readonly draft: Draft
  readonly left: number
  readonly field: RefObject<HTMLTextAreaElement | null>
  /** The button that sends. */
  readonly children: ReactNode
}

export function Tools({ draft, left, field, children }: ToolsProps) {
  const t = useText()
  const { drafts } = useServices()
  const [showsOptions, setShowsOptions] = useState(false)
  return (
    <>
      {draft.visibility === 'direct' ? <p className={styles.note}>{t('composer.not_encrypted')}</p> : null}
      {showsOptions ? <PostOptions draft={draft} /> : null}
      <div className={styles.tools}>
        <FileButton isFull={draft.poll !== null && draft.edit === null} />
        <EmojiButton field={field} />
        <PollButton draft={draft} />
        <IconButton
          icon={ShieldAlert}
          label={t('composer.add_warning')}
          isPressed={draft.hasWarning}
          onPress={() => drafts.change({ hasWarning: !draft.hasWarning })}
        />
        {draft.edit === null ? <ScheduleButton draft={draft} /> : null}
        <IconButton
          icon={SlidersHorizontal}
          label={t('composer.options')}
          isPressed={showsOptions}
          onPress={() => setShowsOptions(!showsOptions)}
        />
      </div>
      <div className={styles.sendRow}>
        {draft.edit === null ? (
          <VisibilityMenu value={draft.visibility} onChange={(visibility) => drafts.change({ visibility })} />
        ) : null}
        <LanguageButton draft={draft} onPress={() => setShowsOptions(true)} />
        <Count left={left} />
        {children}
      </div>
    </>
  )
}

function FileButton({ isFull }: { readonly isFull: boolean }) {
  const t = useText()
  const { data } = useInstance()
  const addFiles = useAddFiles()
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        aria-label={t('composer.add_files')}
        accept={
          data?.configuration.media_attachments.supported_mime_types.join(',') ?? 'image/*,video/*,audio/*'
        }
        onChange={(event) => {
          addFiles([...(event.currentTarget.files ?? [])])
          event.currentTarget.value = ''
        }}
      />
      <IconButton
        icon={ImagePlus}
        label={t('composer.add_files')}
        isDisabled={isFull}
        onPress={() => input.current?.click()}
      />
    </>
  )
}

/** In which language it will go out; pressing it shows where that is changed. */
function LanguageButton({ draft, onPress }: { readonly draft: Draft; readonly onPress: () => void }) {
  const t = useText()
  const { data: own } = useOwnAccount()
  const language = draft.language ?? own?.source.language ?? t.locale
  return (
    <AriaButton className={cx(styles.language)} onPress={onPress}>
      <span aria-hidden>{language}</span>
      <span className="visually-hidden">
        {t('composer.language', { name: languageName(t.locale, language), code: language })}
      </span>
    </AriaButton>
  )
}

const FIRST_POLL = { options: ['', ''], expiresInSeconds: 86_400, isMultiple: false, hidesTotals: false }

function PollButton({ draft }: { readonly draft: Draft }) {
  const t = useText()
  const { drafts } = useServices()
  return (
    <IconButton
      icon={ChartBarBig}
      label={t('composer.add_poll')}
      isPressed={draft.poll !== null}
      isDisabled={draft.media.length > 0 && draft.poll === null}
      onPress={() => drafts.change({ poll: draft.poll === null ? FIRST_POLL : null, isPollChanged: true })}
    />
  )
}

const HOUR_MS = 3_600_000

/** The next full hour that is at least one away. */
function ScheduleButton({ draft }: { readonly draft: Draft }) {
  const t = useText()
  const { drafts } = useServices()
  const firstMoment = (): string => new Date(Math.ceil(Date.now() / HOUR_MS + 1) * HOUR_MS).toISOString()
  return (
    <IconButton
      icon={CalendarClock}
      label={t('composer.add_time')}
      isPressed={draft.scheduledAt !== null}
      onPress={() => drafts.change({ scheduledAt: draft.scheduledAt === null ? firstMoment() : null })}
    />
  )
}

function Count({ left }: { readonly left: number }) {
  const t = useText()
  const number = new Intl.NumberFormat(t.locale)
  return (
    <span className={cx(styles.count, 'figures', left < 0 && styles.over)}>
      <span aria-hidden>{left < 0 ? t('composer.too_long', { count: -left }) : number.format(left)}</span>
      <span className="visually-hidden" role="status">
        {left < 0
          ? t('composer.too_long', { count: -left })
          : left <= 20
            ? t('composer.left', { count: left })
            : ''}
      </span>
    </span>
  )
}
