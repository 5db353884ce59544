/** One line at the foot of the window: what was done, and Undo. */
import { useEffect } from 'react'
import { useObservable } from '../hooks/use-observable.ts'
import { useServices } from '../hooks/use-services.ts'
import { useText } from '../hooks/use-text.ts'
import { Button } from './button.tsx'
import styles from './undo-bar.module.css'

export function UndoBar() {
  const t = useText()
  const { undo } = useServices()
  const offer = useObservable(undo.shown)
  useEffect(() => {
    const leave = (): void => undo.settle()
    window.addEventListener('pagehide', leave)
    return () => window.removeEventListener('pagehide', leave)
  }, [undo])
  return (
    <div className={styles.place} role="status">
      {offer === null ? null : (
        <div className={styles.bar}>
          <span>{offer.words}</span>
          <Button onPress={() => undo.takeBack()}>{t('act.undo')}</Button>
        </div>
      )}
    </div>
  )
}
