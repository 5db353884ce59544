/** How far the home has the draft, in one quiet line: "saved 2 s ago". */
import { useEffect, useState } from 'react'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { type Draft, isWorthKeeping } from '../../stores/draft.ts'
import styles from './composer.module.css'

export function KeepLine({ draft }: { readonly draft: Draft }) {
  const t = useText()
  const { keeper } = useServices()
  const { savedAtMs, failure, parted, writtenOn } = useObservable(keeper.view)
  const now = useNow()
  if (parted.includes(draft.id)) return <p className={styles.status}>{t('composer.parted')}</p>
  if (writtenOn.includes(draft.id)) return <p className={styles.status}>{t('composer.written_on')}</p>
  if (!isWorthKeeping(draft)) return <p className={styles.status} />
  if (failure !== null && draft.isUnsaved) return <p className={styles.status}>{t('composer.kept_here')}</p>
  const savedAt = savedAtMs[draft.id]
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
