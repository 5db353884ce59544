/** Says how far a post goes, and opens what it can be changed to. */
import { ChevronDown } from 'lucide-react'
import type { StatusVisibility } from '../../server/contracts/account.ts'
import { useText } from '../hooks/use-text.ts'
import { cx } from './cx.ts'
import { latePart } from './late-part.tsx'
import styles from './menu.module.css'
import { PopoverButton } from './popover-button.tsx'
import { VISIBILITIES } from './visibility.ts'

interface VisibilityMenuProps {
  readonly value: StatusVisibility
  readonly onChange: (value: StatusVisibility) => void
}

const VisibilityPopover = latePart(async () => (await import('./visibility-popover.tsx')).VisibilityPopover, {
  isOverlay: true,
})

export function VisibilityMenu({ value, onChange }: VisibilityMenuProps) {
  const t = useText()
  const { icon: Icon, name } = VISIBILITIES[value]
  return (
    <PopoverButton
      label={t('visibility.label', { name: t(name) })}
      className={cx(styles.trigger)}
      opens="menu"
      popover={VisibilityPopover}
      given={{ value, onChange }}
    >
      <Icon aria-hidden size={16} />
      <span>{t(name)}</span>
      <ChevronDown aria-hidden size={14} />
    </PopoverButton>
  )
}
