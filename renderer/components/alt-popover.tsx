/** The words that stand for a picture, to be read by everybody. */
import { Dialog, Popover } from 'react-aria-components'
import { useText } from '../hooks/use-text.ts'
import { cx } from './cx.ts'
import styles from './media-grid.module.css'
import type { OpenedPopover } from './popover-button.tsx'

interface AltPopoverProps extends OpenedPopover {
  readonly text: string
}

export function AltPopover({ text, trigger, isOpen, onClose }: AltPopoverProps) {
  const t = useText()
  return (
    <Popover
      triggerRef={trigger}
      isOpen={isOpen}
      onOpenChange={(next) => next || onClose()}
      className={cx('floating', styles.description)}
      placement="top start"
    >
      <Dialog aria-label={t('media.alt')} className={cx(styles.dialog)}>
        <p dir="auto">{text}</p>
      </Dialog>
    </Popover>
  )
}
