/** The identities of the owner as a part of a page: which one this window is, and a press to be another. */
import { Check } from 'lucide-react'
import { Button } from 'react-aria-components'
import { Avatar } from '../../components/avatar.tsx'
import { cx } from '../../components/cx.ts'
import { EmojiText } from '../../components/emoji-text.tsx'
import { Handle } from '../../components/handle.tsx'
import { Section } from '../../components/page.tsx'
import { nameOf } from '../../formatting/names.ts'
import { useOwnAccount } from '../../hooks/use-facts.ts'
import { useIdentities, useSwitchIdentity } from '../../hooks/use-identities.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './identities.module.css'

/** Nothing where there is only one. */
export function IdentityList() {
  const t = useText()
  const { data: own } = useOwnAccount()
  const { data: identities = [] } = useIdentities()
  const become = useSwitchIdentity()
  if (identities.length < 2) return null
  return (
    <Section title={t('identity.switch')}>
      <ul className={styles.choices}>
        {identities.map(({ id, handle, account }) => (
          <li key={id}>
            <Button className={cx(styles.choice)} aria-pressed={id === own?.id} onPress={() => become(id)}>
              <Avatar account={account} />
              <span className={styles.names}>
                <bdi className={styles.name}>
                  <EmojiText text={nameOf(account)} emojis={account.emojis} />
                </bdi>
                <span className={styles.note}>
                  <Handle text={handle} />
                </span>
              </span>
              {id === own?.id ? <Check aria-hidden size={20} className={styles.check} /> : null}
            </Button>
          </li>
        ))}
      </ul>
    </Section>
  )
}
