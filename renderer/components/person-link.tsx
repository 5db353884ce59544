/** The name of somebody, which leads to their profile. */
import type { Account } from '../../server/contracts/account.ts'
import { AppLink } from './app-link.tsx'
import { EmojiText } from './emoji-text.tsx'
import styles from './person-link.module.css'
import { nameOf } from '../formatting/names.ts'

interface PersonLinkProps {
  readonly account: Pick<Account, 'id' | 'acct' | 'display_name' | 'username' | 'emojis'>
  /** Of the profile. */
  readonly path: string
}

export function PersonLink({ account, path }: PersonLinkProps) {
  return (
    <AppLink to={path} className={styles.person ?? ''} title={`@${account.acct}`}>
      <bdi>
        <EmojiText text={nameOf(account)} emojis={account.emojis} />
      </bdi>
    </AppLink>
  )
}
