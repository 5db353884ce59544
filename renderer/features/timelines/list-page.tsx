/** What the people of one list write. */
import { useQuery } from '@tanstack/react-query'
import { List as ListIcon, UsersRound } from 'lucide-react'
import { useParams } from 'wouter'
import { toFailure } from '../../api/failure.ts'
import { getList } from '../../api/timelines.ts'
import { AppLink } from '../../components/app-link.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { EmptyState, Page } from '../../components/page.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { PostList } from '../posts/post-list.tsx'
import styles from './timelines.module.css'

interface ListPageProps {
  /** Where its people are chosen. */
  readonly peoplePath: (id: string) => string
}

export function ListPage({ peoplePath }: ListPageProps) {
  const t = useText()
  const { api } = useServices()
  const { id } = useParams<{ id: string }>()
  const { data: list, error } = useQuery({
    queryKey: ['list', id],
    queryFn: async () => getList(api, id),
  })
  const failure = error === null ? null : toFailure(error)
  const words = t('timelines.list_people')
  const people = (
    <AppLink to={peoplePath(id)} className={styles.people ?? ''} title={words}>
      <UsersRound aria-hidden size={18} strokeWidth={1.75} />
      <span className="visually-hidden">{words}</span>
    </AppLink>
  )
  return (
    <Page title={list?.title ?? t('timelines.list')} acts={list === undefined ? undefined : people} hasBack>
      {failure === null ? null : failure.status === 404 ? (
        <EmptyState icon={ListIcon} title={t('timelines.list_gone')} />
      ) : (
        <div className={styles.failure}>
          <FailureNotice failure={failure} />
        </div>
      )}
      {failure?.status === 404 ? null : (
        <PostList
          path={`/api/v1/timelines/list/${encodeURIComponent(id)}`}
          isLive
          channels={[{ stream: 'list', list: id }]}
          empty={{
            icon: ListIcon,
            title: t('timelines.list_empty'),
            help: t('timelines.list_empty_help'),
            act: <AppLink to={peoplePath(id)}>{words}</AppLink>,
          }}
        />
      )}
    </Page>
  )
}
