/** Makes or changes a list: its name, which replies it shows, whether its people stay out of the home timeline. */
import { useState } from 'react'
import type { List } from '../../../server/contracts/list.ts'
import type { ListDraft } from '../../api/lists.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { RadioChoices } from '../../components/radio-choices.tsx'
import { Switch } from '../../components/switch.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './lists.module.css'

const REPLIES = ['list', 'followed', 'none'] as const
const NEW: ListDraft = { title: '', replies_policy: 'list', exclusive: false }

interface ListDialogProps {
  /** Null for a new one. */
  readonly list: List | null
  readonly onSave: (draft: ListDraft) => Promise<unknown>
  readonly onClose: () => void
}

export function ListDialog({ list, onSave, onClose }: ListDialogProps) {
  const t = useText()
  const [draft, setDraft] = useState<ListDraft>(list ?? NEW)
  const [isAsked, setAsked] = useState(false)
  const act = useAct()
  const hasName = draft.title.trim() !== ''
  const save = async (): Promise<void> => {
    setAsked(true)
    if (!hasName) return
    const { title, replies_policy, exclusive } = draft
    if (await act.run(async () => onSave({ title: title.trim(), replies_policy, exclusive }))) onClose()
  }
  return (
    <Dialog title={t(list === null ? 'lists.make' : 'lists.edit_title')} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <TextField
          label={t('lists.name')}
          value={draft.title}
          autoFocus
          maxLength={256}
          flaw={isAsked && !hasName ? t('lists.no_name') : null}
          onChange={(title) => setDraft({ ...draft, title })}
        />
        <RadioChoices
          label={t('lists.replies')}
          value={draft.replies_policy}
          choices={REPLIES.map((value) => ({ value, label: t(`lists.replies_${value}`) }))}
          onChange={(policy) => setDraft({ ...draft, replies_policy: policy })}
        />
        <Switch
          label={t('lists.exclusive')}
          help={t('lists.exclusive_help')}
          isOn={draft.exclusive}
          onChange={(exclusive) => setDraft({ ...draft, exclusive })}
        />
        {act.failure === null ? null : (
          <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
        )}
        <div className={styles.acts}>
          <Button onPress={onClose}>{t('act.cancel')}</Button>
          <Button look="primary" type="submit" isBusy={act.isBusy}>
            {t(list === null ? 'lists.make_act' : 'lists.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
