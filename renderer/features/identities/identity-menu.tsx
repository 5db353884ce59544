/** Who the owner is in this window: a button that opens the others they can be. */
import { ChevronsUpDown } from 'lucide-react'
import { Avatar } from '../../components/avatar.tsx'
import { cx } from '../../components/cx.ts'
import { EmojiText } from '../../components/emoji-text.tsx'
import { Handle } from '../../components/handle.tsx'
import { latePart } from '../../components/late-part.tsx'
import { PopoverButton } from '../../components/popover-button.tsx'
import { nameOf } from '../../formatting/names.ts'
import type { Identity } from '../../hooks/use-identities.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './identity-menu.module.css'

interface IdentityMenuProps {
  readonly identities: readonly Identity[]
  readonly current: Identity
  /** There is room for the picture alone. */
  readonly isSmall: boolean
}

const IdentityPopover = latePart(async () => (await import('./identity-popover.tsx')).IdentityPopover, {
  isOverlay: true,
})

export function IdentityMenu({ identities, current, isSmall }: IdentityMenuProps) {
  const t = useText()
  const { account, handle } = current
  const names = { name: `\u2068${nameOf(account)}\u2069`, handle: `\u2068${handle}\u2069` }
  return (
    <PopoverButton
      label={t('identity.button', names)}
      className={cx(isSmall ? styles.small : styles.button)}
      opens="menu"
      popover={IdentityPopover}
      given={{ identities, current }}
    >
      <Avatar account={account} />
      {isSmall ? null : (
        <>
          <span className={styles.names}>
            <bdi className={styles.name}>
              <EmojiText text={nameOf(account)} emojis={account.emojis} />
            </bdi>
            <span className={styles.handle}>
              <Handle text={handle} />
            </span>
          </span>
          <ChevronsUpDown aria-hidden size={16} className={styles.sign} />
        </>
      )}
    </PopoverButton>
  )
}
