/** The home timeline: the reader's place is kept whatever arrives, and the pill only scrolls. */
import { House } from 'lucide-react'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { EmptyState, Page } from '../../components/page.tsx'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { useWindowActs } from '../../hooks/use-window-acts.ts'
import styles from './home.module.css'
import { Loading } from './timeline-edges.tsx'
import { TimelineList } from './timeline-list.tsx'

export function HomePage() {
  const t = useText()
  return (
    <Page title={t('home.title')}>
      {/* Of one block, in which the pill stays where it is. */}
      <div>
        <TimelineBody />
      </div>
    </Page>
  )
}

function TimelineBody() {
  const t = useText()
  const { find } = useWindowActs()
  const { readingPlace, timeline } = useServices()
  const view = useObservable(timeline.view)
  if (view.phase === 'failed' && view.failure !== null) {
    return (
      <div className={styles.state}>
        <FailureNotice
          failure={view.failure}
          act={{
            label: t('act.try_again'),
            onPress: () => void timeline.start(readingPlace.current),
          }}
        />
      </div>
    )
  }
  if (view.phase !== 'ready') return <Loading />
  if (view.ids.length === 0) return <EmptyHome onFind={() => find('')} />
  return <TimelineList view={view} />
}

function EmptyHome({ onFind }: { readonly onFind: () => void }) {
  const t = useText()
  return (
    <EmptyState
      icon={House}
      title={t('home.empty_title')}
      help={t('home.empty_help')}
      act={
        <Button look="primary" onPress={onFind}>
          {t('home.empty_act')}
        </Button>
      }
    />
  )
}
