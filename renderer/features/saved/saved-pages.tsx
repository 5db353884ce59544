/** What the reader has kept: bookmarks, which are private, and favourites, of which the author knows. */
import { Bookmark, Heart } from 'lucide-react'
import { Page } from '../../components/page.tsx'
import { useText } from '../../hooks/use-text.ts'
import { PostList } from '../posts/post-list.tsx'

export function BookmarksPage() {
  const t = useText()
  return (
    <Page title={t('nav.bookmarks')}>
      <PostList
        path="/api/v1/bookmarks"
        empty={{ icon: Bookmark, title: t('saved.no_bookmarks'), help: t('saved.no_bookmarks_help') }}
      />
    </Page>
  )
}

export function FavouritesPage() {
  const t = useText()
  return (
    <Page title={t('nav.favourites')}>
      <PostList
        path="/api/v1/favourites"
        empty={{ icon: Heart, title: t('saved.no_favourites'), help: t('saved.no_favourites_help') }}
      />
    </Page>
  )
}
