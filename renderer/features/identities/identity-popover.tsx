/** The identities of the owner to choose from; a press makes the window another. */
import { Menu, MenuItem, Text } from 'react-aria-components'
import { Avatar } from '../../components/avatar.tsx'
import { cx } from '../../components/cx.ts'
import { EmojiText } from '../../components/emoji-text.tsx'
import { Handle } from '../../components/handle.tsx'
import { MenuPopover } from '../../components/menu-popover.tsx'
import styles from '../../components/menu.module.css'
import type { OpenedPopover } from '../../components/popover-button.tsx'
import { nameOf } from '../../formatting/names.ts'
import { type Identity, useSwitchIdentity } from '../../hooks/use-identities.ts'
import { useText } from '../../hooks/use-text.ts'

interface IdentityPopoverProps extends OpenedPopover {
  readonly identities: readonly Identity[]
  readonly current: Identity
}

export function IdentityPopover({ identities, current, ...opened }: IdentityPopoverProps) {
  const t = useText()
  const become = useSwitchIdentity()
  return (
    <MenuPopover {...opened} label={t('identity.switch')} placement="top start">
      <Menu
        className={cx(styles.menu)}
        aria-label={t('identity.switch')}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[current.id]}
        autoFocus={opened.openedBy === 'pointer' ? true : opened.openedBy}
        onClose={opened.onClose}
        onAction={(key) => become(String(key))}
      >
        {identities.map((identity) => (
          <IdentityItem key={identity.id} identity={identity} />
        ))}
      </Menu>
    </MenuPopover>
  )
}

function IdentityItem({ identity: { id, handle, account } }: { readonly identity: Identity }) {
  return (
    <MenuItem id={id} className={cx(styles.item)} textValue={`${nameOf(account)} ${handle}`}>
      <Avatar account={account} />
      <span className={styles.words}>
        <Text slot="label" className={cx(styles.name)}>
          <bdi>
            <EmojiText text={nameOf(account)} emojis={account.emojis} />
          </bdi>
        </Text>
        <Text slot="description" className={cx(styles.help)}>
          <Handle text={handle} />
        </Text>
      </span>
    </MenuItem>
  )
}
