/** Public posts: those written here, and all that the home knows. */
import { Globe, House } from 'lucide-react'
import { Page } from '../../components/page.tsx'
import { useText } from '../../hooks/use-text.ts'
import { PostList } from '../posts/post-list.tsx'

const PATH = '/api/v1/timelines/public'

export function LocalPage() {
  const t = useText()
  return (
    <Page title={t('nav.local')} note={t('timelines.local_note')} hasBack>
      <PostList
        path={PATH}
        query={{ local: true }}
        isLive
        channels={[{ stream: 'public:local' }]}
        empty={{ icon: House, title: t('timelines.local_empty'), help: t('timelines.local_empty_help') }}
      />
    </Page>
  )
}

export function FederatedPage() {
  const t = useText()
  return (
    <Page title={t('nav.federated')} note={t('timelines.federated_note')} hasBack>
      <PostList
        path={PATH}
        isLive
        channels={[{ stream: 'public' }]}
        empty={{
          icon: Globe,
          title: t('timelines.federated_empty'),
          help: t('timelines.federated_empty_help'),
        }}
      />
    </Page>
  )
}
