/** Posts that lead to one page of the web: `/links?url=https://…`. */
import { Link } from 'lucide-react'
import { useSearchParams } from 'wouter'
import { EmptyState, Page } from '../../components/page.tsx'
import { useText } from '../../hooks/use-text.ts'
import { PostList } from '../posts/post-list.tsx'
import styles from './timelines.module.css'

export function LinksPage() {
  const t = useText()
  const [parameters] = useSearchParams()
  const url = URL.parse(parameters.get('url') ?? '')
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return (
      <Page title={t('timelines.links')} hasBack>
        <EmptyState icon={Link} title={t('timelines.links_none')} help={t('timelines.links_none_help')} />
      </Page>
    )
  }
  const note = (
    <a href={url.href} target="_blank" rel="nofollow noopener noreferrer" className={styles.address}>
      <bdi>{url.href}</bdi>
    </a>
  )
  return (
    <Page title={t('timelines.links')} note={note} hasBack>
      <PostList
        path="/api/v1/timelines/link"
        query={{ url: url.href }}
        empty={{ icon: Link, title: t('timelines.links_empty'), help: t('timelines.links_empty_help') }}
      />
    </Page>
  )
}
