/** Private mentions by conversation, with a plain word about who else could read them. */
import { MessagesSquare, ShieldAlert } from 'lucide-react'
import { LongList } from '../../components/long-list.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { EmptyState, Page } from '../../components/page.tsx'
import { Paged } from '../../components/paged.tsx'
import { useText } from '../../hooks/use-text.ts'
import { ConversationRow } from './conversation-row.tsx'
import styles from './mentions.module.css'
import { useConversations } from './use-conversations.ts'

export function MentionsPage() {
  const t = useText()
  const { pages, failure, mark, remove } = useConversations()
  return (
    <Page title={t('nav.mentions')}>
      <p className={styles.note}>
        <ShieldAlert aria-hidden size={18} strokeWidth={1.75} />
        <span>{t('mentions.note')}</span>
      </p>
      {failure === null ? null : (
        <div className={styles.failure}>
          <FailureNotice failure={failure} meaning={t('act.nothing_changed')} />
        </div>
      )}
      <Paged
        pages={pages}
        empty={
          <EmptyState
            icon={MessagesSquare}
            title={t('mentions.empty_title')}
            help={t('mentions.empty_help')}
          />
        }
      >
        {(conversations) => (
          <LongList items={conversations} label={t('nav.mentions')}>
            {(one) => (
              <ConversationRow
                key={one.id}
                conversation={one}
                onMark={(isUnread) => mark(one.id, isUnread)}
                onRemove={() => remove(one.id)}
              />
            )}
          </LongList>
        )}
      </Paged>
    </Page>
  )
}
