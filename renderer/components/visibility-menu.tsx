/** Chooses how far a post goes; each reach has a picture, a name and a line of meaning. */
import { ChevronDown } from 'lucide-react'
import { Button, Menu, MenuItem, MenuTrigger, Popover, Text } from 'react-aria-components'
import type { StatusVisibility } from '../../server/contracts/account.ts'
import { useText } from '../hooks/use-text.ts'
import { cx } from './cx.ts'
import styles from './menu.module.css'
import { VISIBILITIES, VISIBILITY_ORDER } from './visibility.ts'

interface VisibilityMenuProps {
  readonly value: StatusVisibility
  readonly onChange: (value: StatusVisibility) => void
}

export function VisibilityMenu({ value, onChange }: VisibilityMenuProps) {
  const t = useText()
  const { icon: Icon, name } = VISIBILITIES[value]
  return (
    <MenuTrigger>
      <Button className={cx(styles.trigger)} aria-label={t('visibility.label', { name: t(name) })}>
        <Icon aria-hidden size={16} />
        <span>{t(name)}</span>
        <ChevronDown aria-hidden size={14} />
      </Button>
      <Popover className={cx(styles.popover)} placement="bottom start">
        <Menu
          className={cx(styles.menu)}
          aria-label={t('visibility.title')}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[value]}
          onAction={(key) => onChange(key as StatusVisibility)}
        >
          {VISIBILITY_ORDER.map((one) => (
            <VisibilityItem key={one} visibility={one} />
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
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
