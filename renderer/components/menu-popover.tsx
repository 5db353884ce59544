/** What a menu's button opens: acts with a picture and a word each, the dangerous ones last and marked. */
import type { ReactNode } from 'react'
import { Menu, MenuItem, Popover, Separator } from 'react-aria-components'
import { cx } from './cx.ts'
import styles from './menu.module.css'
import type { MenuAct } from './menu-act.ts'
import type { OpenedPopover } from './popover-button.tsx'

interface MenuPopoverProps extends OpenedPopover {
  readonly label: string
  readonly placement?: 'bottom end' | 'bottom start' | 'top start'
  /** Drawn only while it is open. */
  readonly children: ReactNode
}

export function MenuPopover(props: MenuPopoverProps) {
  const { trigger, isOpen, onClose, label, placement = 'bottom end', children } = props
  return (
    <Popover
      triggerRef={trigger}
      isOpen={isOpen}
      onOpenChange={(next) => next || onClose()}
      className={cx('floating', styles.popover)}
      aria-label={label}
      placement={placement}
    >
      {children}
    </Popover>
  )
}

interface MenuListProps extends Pick<OpenedPopover, 'openedBy' | 'onClose'> {
  readonly label: string
  readonly acts: readonly MenuAct[]
}

export function MenuList({ openedBy, onClose, label, acts }: MenuListProps) {
  return (
    <Menu
      className={cx(styles.menu)}
      aria-label={label}
      autoFocus={openedBy === 'pointer' ? true : openedBy}
      onClose={onClose}
      onAction={(key) => acts.find((act) => act.id === key)?.onPress()}
    >
      {acts.flatMap((act) => [
        ...(act.beginsGroup === true
          ? [<Separator key={`${act.id} line`} className={cx(styles.line)} />]
          : []),
        <Item key={act.id} act={act} />,
      ])}
    </Menu>
  )
}

function Item({ act }: { readonly act: MenuAct }) {
  const { icon: Icon } = act
  return (
    <MenuItem
      id={act.id}
      className={cx(styles.item, act.isDangerous === true && styles.dangerous)}
      textValue={act.label}
    >
      <Icon aria-hidden size={18} strokeWidth={1.75} />
      <span>{act.label}</span>
    </MenuItem>
  )
}

interface ActsPopoverProps extends OpenedPopover {
  readonly label: string
  readonly acts: readonly MenuAct[]
}

/** A menu whose acts are known before it is opened. */
export function ActsPopover(props: ActsPopoverProps) {
  return (
    <MenuPopover {...props}>
      <MenuList {...props} />
    </MenuPopover>
  )
}
