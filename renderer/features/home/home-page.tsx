/** The home timeline: the reader's place is kept whatever arrives, and the pill only scrolls. */
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './home.module.css'
import { Loading } from './timeline-edges.tsx'
import { TimelineList } from './timeline-list.tsx'

interface HomePageProps {
  /** @param postId  the post to be answered */
  readonly onReply: (postId: string) => void
  readonly onFind: () => void
}

export function HomePage({ onReply, onFind }: HomePageProps) {
  const t = useText()
  return (
    <section aria-labelledby="home-title" className={styles.home}>
      <header className={styles.header}>
        <h1 id="home-title">{t('home.title')}</h1>
      </header>
      <TimelineBody onReply={onReply} onFind={onFind} />
    </section>
  )
}

function TimelineBody({ onReply, onFind }: HomePageProps) {
  const t = useText()
  const { timeline } = useServices()
  const view = useObservable(timeline.view)
  if (view.phase === 'failed' && view.failure !== null) {
    return (
      <div className={styles.state}>
        <FailureNotice
          failure={view.failure}
          act={{ label: t('act.try_again'), onPress: () => void timeline.start(null) }}
        />
      </div>
    )
  }
  if (view.phase !== 'ready') return <Loading />
  if (view.ids.length === 0) return <EmptyHome onFind={onFind} />
  return <TimelineList view={view} onReply={onReply} />
}

function EmptyHome({ onFind }: { readonly onFind: () => void }) {
  const t = useText()
  return (
    <div className={styles.empty}>
      <h2>{t('home.empty_title')}</h2>
      <p>{t('home.empty_help')}</p>
      <div>
        <Button look="primary" onPress={onFind}>
          {t('home.empty_act')}
        </Button>
      </div>
    </div>
  )
}
