/** What only the owner sees about somebody: it saves itself while it is written. */
import { useEffect, useState } from 'react'
import type { Account } from '../../../server/contracts/account.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { TextArea } from '../../components/text-area.tsx'
import { useObservable } from '../../hooks/use-observable.ts'
import { usePersonActs } from '../../hooks/use-relationship.ts'
import { useText } from '../../hooks/use-text.ts'
import { AutoSave } from '../../stores/auto-save.ts'
import styles from './profile.module.css'

const MOST_WORDS = 2_000

interface PrivateNoteProps {
  readonly account: Account
  /** As the home has it. */
  readonly note: string
}

export function PrivateNote({ account, note }: PrivateNoteProps) {
  const t = useText()
  const acts = usePersonActs()
  const [text, setText] = useState(note)
  const [saver] = useState(() => new AutoSave({ save: async (typed) => acts.setNote(account, typed) }))
  const state = useObservable(saver.state)
  useEffect(() => () => void saver.flush(), [saver])
  return (
    <div className={styles.noteBox}>
      <TextArea
        label={t('profile.note')}
        value={text}
        maxLength={MOST_WORDS}
        rows={1}
        placeholder={t('profile.note_placeholder')}
        onChange={(typed) => {
          setText(typed)
          saver.type(typed)
        }}
        onBlur={() => void saver.flush()}
      />
      <p role="status" className={styles.noteState}>
        {state.phase === 'saving' || state.phase === 'waiting'
          ? t('profile.note_saving')
          : state.phase === 'saved'
            ? t('profile.note_saved')
            : ''}
      </p>
      {state.phase === 'failed' ? (
        <FailureNotice
          failure={state.failure}
          meaning={t('profile.note_kept')}
          act={{ label: t('act.try_again'), onPress: () => void saver.flush() }}
        />
      ) : null}
    </div>
  )
}
