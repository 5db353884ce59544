/** The posts that quote one post. */
import { Quote } from 'lucide-react'
import { useParams } from 'wouter'
import { Page } from '../../components/page.tsx'
import { useText } from '../../hooks/use-text.ts'
import { PostList } from './post-list.tsx'

export function QuotesPage() {
  const t = useText()
  const { id } = useParams<{ id: string }>()
  return (
    <Page title={t('sheets.quotes')} hasBack>
      <PostList
        path={`/api/v1/statuses/${encodeURIComponent(id)}/quotes`}
        context="thread"
        empty={{ icon: Quote, title: t('sheets.quotes_empty'), help: t('sheets.quotes_empty_help') }}
      />
    </Page>
  )
}
