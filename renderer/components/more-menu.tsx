/** Acts that are needed seldom, behind one button. */
import { Ellipsis, type LucideIcon } from 'lucide-react'
import { cx } from './cx.ts'
import { type LatePart, latePart } from './late-part.tsx'
import type { MenuAct } from './menu-act.ts'
import styles from './menu.module.css'
import { type OpenedPopover, PopoverButton } from './popover-button.tsx'

interface MoreMenuProps {
  /** "More about this list" */
  readonly label: string
  readonly acts: readonly MenuAct[]
  readonly icon?: LucideIcon
}

const ActsPopover = latePart(async () => (await import('./menu-popover.tsx')).ActsPopover, {
  isOverlay: true,
})

export function MoreMenu({ label, acts, icon }: MoreMenuProps) {
  return (
    <LateMenu
      label={label}
      popover={ActsPopover}
      given={{ label, acts }}
      {...(icon === undefined ? {} : { icon })}
    />
  )
}

interface LateMenuProps<Own> {
  /** "More about this post" */
  readonly label: string
  readonly icon?: LucideIcon
  readonly popover: LatePart<Own & OpenedPopover>
  readonly given: Own
}

/** A menu whose acts are worked out when it opens, for there are many such menus on a page. */
export function LateMenu<Own extends object>({ icon: Icon = Ellipsis, ...button }: LateMenuProps<Own>) {
  return (
    <PopoverButton {...button} opens="menu" className={cx(styles.trigger, styles.more)}>
      <Icon aria-hidden size={18} strokeWidth={1.75} />
    </PopoverButton>
  )
}
