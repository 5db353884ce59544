/** One person in a list: picture, name, handle, a line about them, and what can be done. Props in, events out. */
import { Bot, Lock, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Account } from '../../server/contracts/account.ts'
import { nameOf } from '../formatting/names.ts'
import { MOST_OF_LINE, shortened } from '../formatting/shorten.ts'
import { useText } from '../hooks/use-text.ts'
import styles from './account-row.module.css'
import { AppLink } from './app-link.tsx'
import { Avatar } from './avatar.tsx'
import { EmojiText } from './emoji-text.tsx'
import { Handle } from './handle.tsx'
import { textOfHtml } from './sanitize.ts'

interface AccountRowProps {
  readonly account: Pick<
    Account,
    'id' | 'acct' | 'username' | 'display_name' | 'emojis' | 'avatar_static' | 'bot' | 'locked'
  > &
    Partial<Pick<Account, 'note'>>
  /** Instead of the beginning of what they say about themselves. */
  readonly note?: ReactNode
  /** Before the picture. */
  readonly mark?: ReactNode
  readonly acts?: ReactNode
}

export function AccountRow({ account, note, mark = null, acts = null }: AccountRowProps) {
  const t = useText()
  const about = note ?? shortened(textOfHtml(account.note ?? ''), MOST_OF_LINE)
  return (
    <article className={styles.row} data-account-id={account.id} aria-labelledby={`person-${account.id}`}>
      {mark}
      <AppLink to={`/people/${account.id}`} className={styles.picture ?? ''} isSkipped>
        <Avatar account={account} />
      </AppLink>
      <div className={styles.who}>
        <AppLink to={`/people/${account.id}`} className={styles.link ?? ''}>
          <bdi id={`person-${account.id}`} className={styles.name}>
            <EmojiText text={nameOf(account)} emojis={account.emojis} />
          </bdi>
          {account.bot ? <Mark icon={Bot} words={t('person.bot')} /> : null}
          {account.locked ? <Mark icon={Lock} words={t('person.locked')} /> : null}
          <span className={styles.handle}>
            <Handle text={`@${account.acct}`} />
          </span>
        </AppLink>
        {about === '' ? null : (
          <p className={styles.about} dir="auto">
            {about}
          </p>
        )}
      </div>
      {acts === null ? null : <div className={styles.acts}>{acts}</div>}
    </article>
  )
}

interface MarkProps {
  readonly icon: LucideIcon
  readonly words: string
}

function Mark({ icon: Icon, words }: MarkProps) {
  return (
    <span className={styles.mark} title={words}>
      <Icon aria-hidden size={14} />
      <span className="visually-hidden">{words}</span>
    </span>
  )
}
