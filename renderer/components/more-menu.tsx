/** Acts that are needed seldom, behind one button: a picture and a word each, the dangerous ones last and marked. */
import { Ellipsis, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button, Menu, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components'
import { cx } from './cx.ts'
import styles from './menu.module.css'

export interface MenuAct {
  readonly id: string
  readonly icon: LucideIcon
  readonly label: string
  readonly isDangerous?: boolean
  /** A line stands above it. */
  readonly beginsGroup?: boolean
  readonly onPress: () => void
}

interface MoreMenuProps extends MenuListProps {
  readonly icon?: LucideIcon
}

export function MoreMenu({ label, acts, icon }: MoreMenuProps) {
  return (
    <LateMenu label={label} {...(icon === undefined ? {} : { icon })}>
      <MenuList label={label} acts={acts} />
    </LateMenu>
  )
}

interface LateMenuProps {
  /** "More about this post" */
  readonly label: string
  readonly icon?: LucideIcon
  /** A `MenuList`; drawn only while the menu is open. */
  readonly children: ReactNode
}

/** A menu whose acts are worked out when it opens, for there are many such menus on a page. */
export function LateMenu({ label, icon: Icon = Ellipsis, children }: LateMenuProps) {
  return (
    <MenuTrigger>
      <Button className={cx(styles.trigger, styles.more)} aria-label={label}>
        <Icon aria-hidden size={18} strokeWidth={1.75} />
      </Button>
      <Popover className={cx(styles.popover)} placement="bottom end">
        {children}
      </Popover>
    </MenuTrigger>
  )
}

interface MenuListProps {
  readonly label: string
  readonly acts: readonly MenuAct[]
}

export function MenuList({ label, acts }: MenuListProps) {
  return (
    <Menu
      className={cx(styles.menu)}
      aria-label={label}
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
