/** How far the home has the draft, in one quiet line: "saved 2 s ago". */
import { useEffect, useState } from 'react'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Draft } from '../../stores/draft.ts'
import styles from './composer.module.css'
import { keepWord } from './keep-word.ts'

export function KeepLine({ draft }: { readonly draft: Draft }) {
  const t = useText()
  const { keeper } = useServices()
  const view = useObservable(keeper.view)
  const now = useNow()
  const word = keepWord(view, draft)
  if (word === 'nothing') return <p className={styles.status} />
  if (word !== 'saved') return <p className={styles.status}>{t(`composer.${word}`)}</p>
  const savedAt = view.savedAtMs[draft.id]
  const seconds = savedAt === undefined ? null : Math.max(0, Math.round((now - savedAt) / 1_000))
  return (
    <p className={styles.status}>
      {seconds === null || seconds >= 60 ? t('composer.saved') : t('composer.saved_ago', { seconds })}
    </p>
  )
}

function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return now
}
