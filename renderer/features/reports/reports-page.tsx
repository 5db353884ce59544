/** What others complained about to this home: read, settled, opened again. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Flag } from 'lucide-react'
import { useState } from 'react'
import type { ReportFacts } from '../../../server/contracts/moderation.ts'
import { toFailure } from '../../api/failure.ts'
import { getReports, settleReport } from '../../api/moderation.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { Handle } from '../../components/handle.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { EmptyState, Page, PageLoading } from '../../components/page.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { Switch } from '../../components/switch.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './reports.module.css'

/** As many as the home gives at once. */
const PAGE = 50
const KEY = 'reports'

export function ReportsPage() {
  const t = useText()
  const { api } = useServices()
  const [withResolved, setWithResolved] = useState(false)
  const query = useInfiniteQuery({
    queryKey: [KEY, withResolved],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam }) => getReports(api, withResolved, pageParam),
    getNextPageParam: (page) => (page.length < PAGE ? null : (page.at(-1)?.id ?? null)),
  })
  const reports = query.data?.pages.flat()
  return (
    <Page title={t('reports.title')} note={t('reports.note')} hasBack>
      <div className={styles.bar}>
        <Switch label={t('reports.settled')} isOn={withResolved} onChange={setWithResolved} />
      </div>
      {query.error === null ? null : (
        <FailureNotice
          failure={toFailure(query.error)}
          act={{ label: t('act.try_again'), onPress: () => void query.refetch() }}
        />
      )}
      {reports === undefined ? (
        query.error === null ? (
          <PageLoading />
        ) : null
      ) : reports.length === 0 ? (
        <EmptyState icon={Flag} title={t('reports.none')} help={t('reports.none_help')} />
      ) : (
        <ul>
          {reports.map((report) => (
            <Report key={report.id} report={report} />
          ))}
        </ul>
      )}
      {query.hasNextPage ? (
        <div className={styles.bar}>
          <Button isBusy={query.isFetchingNextPage} onPress={() => void query.fetchNextPage()}>
            {t('reports.more')}
          </Button>
        </div>
      ) : null}
    </Page>
  )
}

function Report({ report }: { readonly report: ReportFacts }) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const isSettled = report.resolvedAt !== null
  const settle = async (): Promise<void> => {
    await settleReport(api, report.id, !isSettled)
    await queries.invalidateQueries({ queryKey: [KEY] })
  }
  return (
    <li className={styles.report}>
      <h2>
        {t(`reports.category_${report.category}`)} · <Handle text={report.target} />
      </h2>
      <p className={styles.note}>
        {t('reports.from', { who: report.reporter ?? report.reporterHost })} ·{' '}
        <RelativeTime moment={report.createdAt} />
      </p>
      {report.comment === '' ? null : (
        <blockquote dir="auto" className={styles.comment}>
          {report.comment}
        </blockquote>
      )}
      {report.postUris.length === 0 ? null : (
        <ul className={styles.posts} aria-label={t('reports.posts')}>
          {report.postUris.map((uri) => (
            <li key={uri}>
              <AppLink to={`/search?q=${encodeURIComponent(uri)}`}>
                <bdi dir="ltr">{uri}</bdi>
              </AppLink>
            </li>
          ))}
        </ul>
      )}
      <div className={styles.acts}>
        <AppLink to={`/search?q=${encodeURIComponent(report.reporter ?? report.reporterHost)}`}>
          {t('reports.who')}
        </AppLink>
        <Button isBusy={act.isBusy} onPress={() => void act.run(settle)}>
          {t(isSettled ? 'reports.reopen' : 'reports.settle')}
        </Button>
      </div>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </li>
  )
}
