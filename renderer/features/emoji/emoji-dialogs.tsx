/** Asks for what an emoji needs: a picture and a name, a name for a copy, another category. A refusal keeps what was typed. */
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import {
  EMOJI_NAME,
  MOST_CATEGORY_CHARACTERS,
  MOST_EMOJI_BYTES,
} from '../../../server/contracts/own-emojis.ts'
import type { OwnEmojiFacts, SeenEmojiFacts } from '../../../server/contracts/own-emojis.ts'
import { type EmojiNaming, addEmoji, changeEmoji, copyEmoji } from '../../api/own-emojis.ts'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogActs } from '../../components/dialog.tsx'
import { FileButton } from '../../components/file-button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { fileNameAsEmoji } from './file-name-as-emoji.ts'
import styles from './emoji.module.css'

const PICTURES = 'image/png,image/gif,image/jpeg,image/webp,image/avif'
const KILOBYTE = 1_024

interface DialogProps {
  readonly onSaved: () => Promise<void>
  readonly onClose: () => void
}

export function NewEmojiDialog({ onSaved, onClose }: DialogProps) {
  const t = useText()
  const { api } = useServices()
  const [file, setFile] = useState<File | null>(null)
  const [naming, setNaming] = useState<EmojiNaming>({ shortcode: '', category: '' })
  const address = useFileAddress(file)
  const isTooLarge = file !== null && file.size > MOST_EMOJI_BYTES
  const size = t('own_emoji.size', { count: MOST_EMOJI_BYTES / KILOBYTE })
  const take = (taken: File): void => {
    setFile(taken)
    if (naming.shortcode === '') setNaming({ ...naming, shortcode: fileNameAsEmoji(taken.name) })
  }
  return (
    <NamingDialog
      title={t('own_emoji.add')}
      act={t('own_emoji.add')}
      naming={naming}
      flaw={file === null ? t('own_emoji.no_picture') : isTooLarge ? size : null}
      onChange={setNaming}
      onSave={async () => {
        if (file !== null) await addEmoji(api, file, naming)
        await onSaved()
      }}
      onClose={onClose}
    >
      <div className={styles.choose}>
        {address === null ? null : (
          <img src={address} alt={t('own_emoji.picture')} className={styles.large} />
        )}
        <FileButton accept={PICTURES} onFile={take}>
          {t('own_emoji.choose')}
        </FileButton>
        <p className={styles.meta}>{size}</p>
      </div>
    </NamingDialog>
  )
}

export function CopyDialog({ emoji, onSaved, onClose }: DialogProps & { readonly emoji: SeenEmojiFacts }) {
  const t = useText()
  const { api } = useServices()
  const [naming, setNaming] = useState<EmojiNaming>({ shortcode: emoji.shortcode, category: '' })
  return (
    <NamingDialog
      title={t('own_emoji.copy_title', { name: `\u2068:${emoji.shortcode}:\u2069` })}
      act={t('own_emoji.copy')}
      naming={naming}
      flaw={null}
      onChange={setNaming}
      onSave={async () => {
        await copyEmoji(api, emoji.id, naming)
        await onSaved()
      }}
      onClose={onClose}
    >
      <div className={styles.choose}>
        <img src={emoji.url} alt={t('own_emoji.picture')} className={styles.large} />
        <p className={styles.meta}>{t('own_emoji.copy_help', { host: `\u2068${emoji.host}\u2069` })}</p>
      </div>
    </NamingDialog>
  )
}

interface NamingProps {
  readonly title: string
  readonly act: string
  readonly naming: EmojiNaming
  /** What is wrong beside the name; null while it is good. */
  readonly flaw: string | null
  readonly children: ReactNode
  readonly onChange: (naming: EmojiNaming) => void
  readonly onSave: () => Promise<void>
  readonly onClose: () => void
}

function NamingDialog({ title, act: word, naming, flaw, children, onChange, onSave, onClose }: NamingProps) {
  const t = useText()
  const [isAsked, setAsked] = useState(false)
  const act = useAct()
  const hasName = EMOJI_NAME.test(naming.shortcode.trim())
  const save = async (): Promise<void> => {
    setAsked(true)
    if (hasName && flaw === null && (await act.run(onSave))) onClose()
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        {children}
        {isAsked && flaw !== null ? (
          <p role="alert" className={styles.flaw}>
            {flaw}
          </p>
        ) : null}
        <TextField
          label={t('own_emoji.name')}
          help={t('own_emoji.name_help')}
          kind="domain"
          value={naming.shortcode}
          maxLength={64}
          flaw={isAsked && !hasName ? t('own_emoji.name_flaw') : null}
          onChange={(shortcode) => onChange({ ...naming, shortcode })}
        />
        <TextField
          label={t('own_emoji.category')}
          help={t('own_emoji.category_help')}
          value={naming.category}
          maxLength={MOST_CATEGORY_CHARACTERS}
          onChange={(category) => onChange({ ...naming, category })}
        />
        {act.failure === null ? null : (
          <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
        )}
        <Acts word={word} isBusy={act.isBusy} onClose={onClose} />
      </form>
    </Dialog>
  )
}

export function CategoryDialog({ emoji, onSaved, onClose }: DialogProps & { readonly emoji: OwnEmojiFacts }) {
  const t = useText()
  const { api } = useServices()
  const [category, setCategory] = useState(emoji.category ?? '')
  const act = useAct()
  const save = async (): Promise<void> => {
    const isSaved = await act.run(async () => {
      await changeEmoji(api, emoji.id, { category: category.trim() === '' ? null : category })
      await onSaved()
    })
    if (isSaved) onClose()
  }
  return (
    <Dialog title={t('own_emoji.change_category')} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <TextField
          label={t('own_emoji.category')}
          help={t('own_emoji.category_help')}
          value={category}
          maxLength={MOST_CATEGORY_CHARACTERS}
          onChange={setCategory}
        />
        {act.failure === null ? null : (
          <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
        )}
        <Acts word={t('own_emoji.save')} isBusy={act.isBusy} onClose={onClose} />
      </form>
    </Dialog>
  )
}

interface ActsProps {
  readonly word: string
  readonly isBusy: boolean
  readonly onClose: () => void
}

function Acts({ word, isBusy, onClose }: ActsProps) {
  const t = useText()
  return (
    <DialogActs>
      <Button onPress={onClose}>{t('act.cancel')}</Button>
      <Button look="primary" type="submit" isBusy={isBusy}>
        {word}
      </Button>
    </DialogActs>
  )
}

function useFileAddress(file: File | null): string | null {
  const address = useMemo(() => (file === null ? null : URL.createObjectURL(file)), [file])
  useEffect(() => () => (address === null ? undefined : URL.revokeObjectURL(address)), [address])
  return address
}
