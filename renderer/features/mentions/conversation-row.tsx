/** One conversation: with whom, whether something is unread, the beginning of the last post. */
import { Mail, MailOpen, Trash2 } from 'lucide-react'
import type { Account, CredentialAccount } from '../../../server/contracts/account.ts'
import type { Conversation } from '../../../server/contracts/conversation.ts'
import { pathTo } from '../../app/routes.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Avatar } from '../../components/avatar.tsx'
import { Excerpt } from '../../components/excerpt.tsx'
import { MoreMenu } from '../../components/more-menu.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { plainName } from '../../formatting/plain-name.ts'
import { useOwnAccount } from '../../hooks/use-facts.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Text } from '../../i18n/i18n.ts'
import styles from './mentions.module.css'
import { isolated } from '../../formatting/isolate.ts'

interface ConversationRowProps {
  readonly conversation: Conversation
  readonly onMark: (isUnread: boolean) => void
  readonly onRemove: () => void
}

export function ConversationRow({ conversation, onMark, onRemove }: ConversationRowProps) {
  const t = useText()
  const { data: own } = useOwnAccount()
  const { accounts, unread, last_status: last } = conversation
  const [first] = accounts
  const names = namesOf(t, accounts, own)
  const words = <Words conversation={conversation} names={names} isOwn={last?.account.id === own?.id} />
  const onFollow = (): void => {
    if (unread) onMark(false)
  }
  const mark = unread
    ? { id: 'read', icon: MailOpen, label: t('mentions.mark_read'), onPress: () => onMark(false) }
    : { id: 'unread', icon: Mail, label: t('mentions.mark_unread'), onPress: () => onMark(true) }
  const remove = {
    id: 'remove',
    icon: Trash2,
    label: t('mentions.remove'),
    isDangerous: true,
    beginsGroup: true,
    onPress: onRemove,
  }
  return (
    <div className={styles.row}>
      {first === undefined ? null : <Avatar account={first} />}
      <div className={styles.words}>
        {last === null ? (
          words
        ) : (
          <AppLink to={pathTo('post', last.id)} className={styles.link ?? ''} onFollow={onFollow}>
            {words}
          </AppLink>
        )}
      </div>
      <MoreMenu label={t('mentions.more', { names })} acts={[mark, remove]} />
    </div>
  )
}

/** Each name in the direction of its own letters. */
function namesOf(t: Text, accounts: readonly Account[], own: CredentialAccount | undefined): string {
  return accounts
    .map((account) =>
      account.id === own?.id ? t('mentions.you') : plainName(account.display_name) || account.username,
    )
    .map((name) => isolated(name))
    .join(', ')
}

interface WordsProps {
  readonly conversation: Conversation
  readonly names: string
  readonly isOwn: boolean
}

function Words({ conversation: { unread, last_status: last }, names, isOwn }: WordsProps) {
  const t = useText()
  return (
    <>
      <span className={styles.top}>
        <span className={styles.names}>{names}</span>
        {unread ? (
          <>
            <span aria-hidden className={styles.dot} />
            <span className="visually-hidden">{t('mentions.unread')}</span>
          </>
        ) : null}
        {last === null ? null : (
          <span className={styles.time}>
            <RelativeTime moment={last.created_at} />
          </span>
        )}
      </span>
      {last === null ? (
        <span className={styles.time}>{t('mentions.post_gone')}</span>
      ) : (
        <>
          <Excerpt post={last} {...(isOwn ? { before: t('mentions.said') } : {})} />
        </>
      )}
    </>
  )
}
