/** A thread as a page of its own. */
import { useParams } from 'wouter'
import { Page } from '../../components/page.tsx'
import { useText } from '../../hooks/use-text.ts'
import { ThreadView } from './thread-view.tsx'

export function ThreadPage() {
  const t = useText()
  const { id } = useParams<{ id: string }>()
  return (
    <Page title={t('thread.title')} hasBack>
      <ThreadView key={id} postId={id} />
    </Page>
  )
}
