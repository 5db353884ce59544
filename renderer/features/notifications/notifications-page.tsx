/** Everything that concerns the reader, grouped, newest first; opening it and resting at its top is reading it. */
import { BellRing, CheckCheck, ListFilter, Trash2 } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { getNotificationPolicy } from '../../api/notification-policy.ts'
import { ROUTES } from '../../app/routes.ts'
import { AppLink } from '../../components/app-link.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { MoreMenu } from '../../components/more-menu.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { EmptyState, Page, PageLoading } from '../../components/page.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { NOTICE_KINDS, type NoticeKind } from '../../stores/notice-groups.ts'
import { NoticeList } from './notice-list.tsx'
import styles from './notifications.module.css'

const KINDS = Object.keys(NOTICE_KINDS) as NoticeKind[]

export function NotificationsPage() {
  const t = useText()
  const { notifications } = useServices()
  const [kind, setKind] = useState<NoticeKind>('all')
  const marking = useAct()
  useEffect(() => {
    void notifications.open(kind)
    return () => notifications.close()
  }, [notifications, kind])
  const tabs = useMemo(() => KINDS.map((name) => ({ name, label: t(`notice.${name}`) })), [t])
  return (
    <Page
      title={t('nav.notifications')}
      acts={<PageActs onMarkRead={() => void marking.run(async () => notifications.markRead())} />}
    >
      {marking.failure === null ? null : (
        <div className={styles.edge}>
          <FailureNotice failure={marking.failure} meaning={t('act.nothing_changed')} />
        </div>
      )}
      <Waiting />
      <Tabs label={t('notice.kinds')} tabs={tabs} value={kind} onChange={setKind}>
        <Shown kind={kind} />
      </Tabs>
    </Page>
  )
}

function PageActs({ onMarkRead }: { readonly onMarkRead: () => void }) {
  const t = useText()
  const { notifications } = useServices()
  const [, navigate] = useLocation()
  const [isClearing, setClearing] = useState(false)
  return (
    <>
      <MoreMenu
        label={t('notice.more_acts')}
        acts={[
          { id: 'read', icon: CheckCheck, label: t('notice.mark_read'), onPress: onMarkRead },
          {
            id: 'requests',
            icon: ListFilter,
            label: t('requests.title'),
            onPress: () => navigate(ROUTES.notificationRequests),
          },
          {
            id: 'clear',
            icon: Trash2,
            label: t('notice.clear'),
            isDangerous: true,
            beginsGroup: true,
            onPress: () => setClearing(true),
          },
        ]}
      />
      {isClearing ? (
        <ConfirmDialog
          title={t('notice.clear_title')}
          act={t('notice.clear_act')}
          onConfirm={async () => notifications.clearAll()}
          onClose={() => setClearing(false)}
        >
          {t('notice.clear_help')}
        </ConfirmDialog>
      ) : null}
    </>
  )
}

/** A line that leads to those who wait, only while somebody does. */
function Waiting() {
  const t = useText()
  const { api } = useServices()
  const { data } = useQuery({
    queryKey: ['notification-policy'],
    queryFn: async () => getNotificationPolicy(api),
  })
  const count = data?.summary.pending_requests_count ?? 0
  if (count === 0) return null
  return (
    <AppLink to={ROUTES.notificationRequests} className={styles.waiting ?? ''}>
      <ListFilter aria-hidden size={18} strokeWidth={1.75} />
      {t('notice.filtered', { count })}
    </AppLink>
  )
}

function Shown({ kind }: { readonly kind: NoticeKind }) {
  const t = useText()
  const { notifications } = useServices()
  const view = useObservable(notifications.view)
  const again = { label: t('act.try_again'), onPress: () => void notifications.open(kind) }
  if (view.phase === 'failed' && view.failure !== null) {
    return (
      <div className={styles.edge}>
        <FailureNotice failure={view.failure} act={again} />
      </div>
    )
  }
  if (view.phase !== 'ready') return <PageLoading words={t('notice.loading')} />
  if (view.groups.length === 0 && view.olderThan === null) {
    return kind === 'all' ? (
      <EmptyState icon={BellRing} title={t('notice.empty_title')} help={t('notice.empty_help')} />
    ) : (
      <EmptyState icon={BellRing} title={t('notice.empty_kind')} />
    )
  }
  return <NoticeList view={view} />
}
