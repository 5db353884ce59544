/** The reaches of a post to choose from; each has a picture, a name and a line of meaning. */
import { Menu, MenuItem, Text } from 'react-aria-components'
import type { StatusVisibility } from '../../server/contracts/account.ts'
import { useText } from '../hooks/use-text.ts'
import { cx } from './cx.ts'
import { MenuPopover } from './menu-popover.tsx'
import styles from './menu.module.css'
import type { OpenedPopover } from './popover-button.tsx'
import { VISIBILITIES, VISIBILITY_ORDER } from './visibility.ts'

interface VisibilityPopoverProps extends OpenedPopover {
  readonly value: StatusVisibility
  readonly onChange: (value: StatusVisibility) => void
}

export function VisibilityPopover({ value, onChange, ...opened }: VisibilityPopoverProps) {
  const t = useText()
  return (
    <MenuPopover {...opened} label={t('visibility.title')} placement="bottom start">
      <Menu
        className={cx(styles.menu)}
        aria-label={t('visibility.title')}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[value]}
        autoFocus={opened.openedBy === 'pointer' ? true : opened.openedBy}
        onClose={opened.onClose}
        onAction={(key) => onChange(key as StatusVisibility)}
      >
        {VISIBILITY_ORDER.map((one) => (
          <VisibilityItem key={one} visibility={one} />
        ))}
      </Menu>
    </MenuPopover>
  )
}

function VisibilityItem({ visibility }: { readonly visibility: StatusVisibility }) {
  const t = useText()
  const { icon: Icon, name, help } = VISIBILITIES[visibility]
  return (
    <MenuItem id={visibility} className={cx(styles.item)} textValue={t(name)}>
      <Icon aria-hidden size={18} />
      <span className={styles.words}>
        <Text slot="label" className={cx(styles.name)}>
          {t(name)}
        </Text>
        <Text slot="description" className={cx(styles.help)}>
          {t(help)}
        </Text>
      </span>
    </MenuItem>
  )
}
