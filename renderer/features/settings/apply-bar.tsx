/** What was typed or chosen and does not count yet: one bar that applies or discards it. */
import { cx } from '../../components/cx.ts'
import { Button } from '../../components/button.tsx'
import { useText } from '../../hooks/use-text.ts'
import styles from './parts.module.css'

interface ApplyBarProps {
  readonly words: string
  readonly isBusy?: boolean
  readonly onApply: () => void
  readonly onDiscard: () => void
}

export function ApplyBar({ words, isBusy = false, onApply, onDiscard }: ApplyBarProps) {
  const t = useText()
  return (
    <div role="region" aria-label={t('settings.unsaved')} className={cx('floating', styles.applyBar)}>
      <span>{words}</span>
      <div className={styles.acts}>
        <Button isDisabled={isBusy} onPress={onDiscard}>
          {t('settings.discard')}
        </Button>
        <Button look="primary" isBusy={isBusy} onPress={onApply}>
          {t('settings.apply')}
        </Button>
      </div>
    </div>
  )
}
