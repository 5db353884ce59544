/** One line at the foot of the window: what was done, and Undo. */
import { cx } from './cx.ts'
import { useEffect } from 'react'
import { useCommands } from '../hooks/use-commands.ts'
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
  useCommands((command) => {
    if (command !== 'undo' || offer === null) return false
    undo.takeBack()
    return true
  })
  // Who is on their way to the button is not overtaken by the clock.
  const holding = {
    onFocus: () => undo.hold(),
    onBlur: () => undo.release(),
    onPointerEnter: () => undo.hold(),
    onPointerLeave: () => undo.release(),
  }
  return (
    <div className={styles.place} role="status">
      {offer === null ? null : (
        <div className={cx('floating', styles.bar)} {...holding}>
          <span>{offer.words}</span>
          <Button onPress={() => undo.takeBack()}>{t('act.undo')}</Button>
        </div>
      )}
    </div>
  )
}
