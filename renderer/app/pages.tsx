/** The table of pages: which one stands under which path. All but the first are loaded when they are opened. */
import { type ComponentType, Suspense } from 'react'
import { Redirect, Route, Switch, useLocation, useSearchParams } from 'wouter'
import type { Preferences } from '../../server/contracts/preferences.ts'
import { PageLoading } from '../components/page.tsx'
import { HomePage } from '../features/home/home-page.tsx'
import { PostEntry } from '../features/posts/post-entry.tsx'
import { usePreferences } from '../hooks/use-preferences.ts'
import { useWindowActs } from '../hooks/use-window-acts.ts'
import { lazyPage } from './lazy-page.tsx'
import { WriteFromAddress } from './write-from-address.tsx'
import { ROUTES, type WindowPath, pathTo } from './routes.ts'

const SearchPage = lazyPage(
  ['search', 'find'],
  async () => (await import('../features/search/search-page.tsx')).SearchPage,
)
const LocalPage = lazyPage(
  'timelines',
  async () => (await import('../features/timelines/public-pages.tsx')).LocalPage,
)
const FederatedPage = lazyPage(
  'timelines',
  async () => (await import('../features/timelines/public-pages.tsx')).FederatedPage,
)
const TagPage = lazyPage(
  'timelines',
  async () => (await import('../features/timelines/tag-page.tsx')).TagPage,
)
const LinksPage = lazyPage(
  'timelines',
  async () => (await import('../features/timelines/links-page.tsx')).LinksPage,
)
const ListPage = lazyPage(
  'timelines',
  async () => (await import('../features/timelines/list-page.tsx')).ListPage,
)
const NotificationsPage = lazyPage(
  'notifications',
  async () => (await import('../features/notifications/notifications-page.tsx')).NotificationsPage,
)
const RequestsPage = lazyPage(
  'notifications',
  async () => (await import('../features/notifications/requests-page.tsx')).RequestsPage,
)
const MentionsPage = lazyPage(
  'mentions',
  async () => (await import('../features/mentions/mentions-page.tsx')).MentionsPage,
)
const BookmarksPage = lazyPage(
  'saved',
  async () => (await import('../features/saved/saved-pages.tsx')).BookmarksPage,
)
const FavouritesPage = lazyPage(
  'saved',
  async () => (await import('../features/saved/saved-pages.tsx')).FavouritesPage,
)
const ListsPage = lazyPage('lists', async () => (await import('../features/lists/lists-page.tsx')).ListsPage)
const ListPeoplePage = lazyPage(
  'lists',
  async () => (await import('../features/lists/list-people-page.tsx')).ListPeoplePage,
)
const FollowedHashtagsPage = lazyPage(
  'lists',
  async () => (await import('../features/lists/followed-hashtags-page.tsx')).FollowedHashtagsPage,
)
const FiltersPage = lazyPage(
  'filters',
  async () => (await import('../features/filters/filters-page.tsx')).FiltersPage,
)
const FilterPage = lazyPage(
  'filters',
  async () => (await import('../features/filters/filter-page.tsx')).FilterPage,
)
const QuotesPage = lazyPage(
  'sheets',
  async () => (await import('../features/posts/quotes-page.tsx')).QuotesPage,
)
const You = lazyPage('you', async () => (await import('./you.tsx')).You)
const SecurityPage = lazyPage(
  ['security', 'signin'],
  async () => (await import('../features/security/security-page.tsx')).SecurityPage,
)
const NarrowWritePage = lazyPage(
  'composer',
  async () => (await import('../features/composer/write-page.tsx')).WritePage,
)

const ThreadPage = lazyPage(
  'thread',
  async () => (await import('../features/thread/thread-page.tsx')).ThreadPage,
)
const SettingsPage = lazyPage(
  ['settings', 'keys', 'knobs', 'push'],
  async () => (await import('../features/settings/settings-page.tsx')).SettingsPage,
)

const AddressPage = lazyPage(
  ['address', 'tunnel'],
  async () => (await import('../features/address/address-page.tsx')).AddressPage,
)
const StatusPage = lazyPage(
  ['status', 'tunnel', 'outside'],
  async () => (await import('../features/status/status-page.tsx')).StatusPage,
)
const WorkPage = lazyPage('status', async () => (await import('../features/status/work-page.tsx')).WorkPage)
const LogsPage = lazyPage('status', async () => (await import('../features/status/logs-page.tsx')).LogsPage)
const InspectorPage = lazyPage(
  'status',
  async () => (await import('../features/status/inspector-page.tsx')).InspectorPage,
)
const StoragePage = lazyPage(
  ['status', 'cleanup'],
  async () => (await import('../features/status/storage-page.tsx')).StoragePage,
)
const DoctorPage = lazyPage(
  ['status', 'tunnel', 'outside'],
  async () => (await import('../features/status/doctor-page.tsx')).DoctorPage,
)
const BackupsPage = lazyPage(
  ['status', 'backups', 'places', 'recovery'],
  async () => (await import('../features/backups/backups-page.tsx')).BackupsPage,
)
const LicencesPage = lazyPage(
  'settings',
  async () => (await import('../features/settings/licences-page.tsx')).LicencesPage,
)
const HandbookPage = lazyPage(
  'handbook',
  async () => (await import('../features/handbook/handbook-page.tsx')).HandbookPage,
)
const UpdatesPage = lazyPage(
  ['status', 'desktop'],
  async () => (await import('../features/status/updates-page.tsx')).UpdatesPage,
)

const ProfilePage = lazyPage(
  'people',
  async () => (await import('../features/people/profile-page.tsx')).ProfilePage,
)
const FollowersPage = lazyPage(
  'people',
  async () => (await import('../features/people/person-list-pages.tsx')).FollowersPage,
)
const FollowingPage = lazyPage(
  'people',
  async () => (await import('../features/people/person-list-pages.tsx')).FollowingPage,
)
const PostBoostsPage = lazyPage(
  'people',
  async () => (await import('../features/people/person-list-pages.tsx')).PostBoostsPage,
)
const PostFavouritesPage = lazyPage(
  'people',
  async () => (await import('../features/people/person-list-pages.tsx')).PostFavouritesPage,
)
const FollowRequestsPage = lazyPage(
  'people',
  async () => (await import('../features/people/follow-requests-page.tsx')).FollowRequestsPage,
)

const PhonePage = lazyPage(
  'keeping',
  async () => (await import('../features/phone/phone-page.tsx')).PhonePage,
)
const ReportsPage = lazyPage(
  'keeping',
  async () => (await import('../features/reports/reports-page.tsx')).ReportsPage,
)
const BlockListsPage = lazyPage(
  'keeping',
  async () => (await import('../features/block-lists/block-lists-page.tsx')).BlockListsPage,
)
const ImportsPage = lazyPage(
  'keeping',
  async () => (await import('../features/transfer/imports-page.tsx')).ImportsPage,
)
const ExportsPage = lazyPage(
  ['keeping', 'leaving'],
  async () => (await import('../features/transfer/exports-page.tsx')).ExportsPage,
)
const FarewellPage = lazyPage(
  'leaving',
  async () => (await import('../features/farewell/farewell-page.tsx')).FarewellPage,
)
const IdentitiesPage = lazyPage(
  'keeping',
  async () => (await import('../features/identities/identities-page.tsx')).IdentitiesPage,
)
const EmojiPage = lazyPage('emoji', async () => (await import('../features/emoji/emoji-page.tsx')).EmojiPage)
const RestorePage = lazyPage(
  ['recovery', 'places'],
  async () => (await import('../features/restore/restore-page.tsx')).RestorePage,
)
const DraftsPage = lazyPage(
  'writing',
  async () => (await import('../features/composer/drafts-page.tsx')).DraftsPage,
)
const ScheduledPage = lazyPage(
  'writing',
  async () => (await import('../features/composer/scheduled-page.tsx')).ScheduledPage,
)

/** One row for each page; a page reads its parameters by `useParams` itself. */
const PAGES: readonly (readonly [WindowPath, ComponentType])[] = [
  [ROUTES.home, HomePage],
  [ROUTES.local, LocalPage],
  [ROUTES.federated, FederatedPage],
  [ROUTES.tag, TagPage],
  [ROUTES.links, LinksPage],
  [ROUTES.list, ListTimeline],
  [ROUTES.notificationRequests, RequestsPage],
  [ROUTES.notifications, NotificationsPage],
  [ROUTES.mentions, MentionsPage],
  [ROUTES.bookmarks, BookmarksPage],
  [ROUTES.favourites, FavouritesPage],
  [ROUTES.lists, ListsPage],
  [ROUTES.listPeople, ListPeoplePage],
  [ROUTES.followedHashtags, FollowedHashtagsPage],
  [ROUTES.filters, FiltersPage],
  [ROUTES.filter, FilterPage],
  [ROUTES.search, Search],
  [ROUTES.post, ThreadPage],
  [ROUTES.postBoosts, PostBoostsPage],
  [ROUTES.postFavourites, PostFavouritesPage],
  [ROUTES.person, ProfilePage],
  [ROUTES.followers, FollowersPage],
  [ROUTES.following, FollowingPage],
  [ROUTES.followRequests, FollowRequestsPage],
  [ROUTES.postQuotes, QuotesPage],
  [ROUTES.write, Write],
  [ROUTES.drafts, DraftsPage],
  [ROUTES.scheduled, ScheduledPage],
  [ROUTES.you, You],
  [ROUTES.signIn, SecurityPage],
  [ROUTES.restore, RestorePage],
  [ROUTES.connectPhone, PhonePage],
  [ROUTES.reports, ReportsPage],
  [ROUTES.blockLists, BlockListsPage],
  [ROUTES.imports, ImportsPage],
  [ROUTES.exports, ExportsPage],
  [ROUTES.farewell, FarewellPage],
  [ROUTES.identities, IdentitiesPage],
  [ROUTES.emoji, EmojiPage],
  [ROUTES.settings, SettingsPage],
  [ROUTES.settingsGroup, SettingsPage],
  [ROUTES.address, AddressPage],
  [ROUTES.status, StatusPage],
  [ROUTES.work, WorkPage],
  [ROUTES.logs, LogsPage],
  [ROUTES.inspector, InspectorPage],
  [ROUTES.storage, StoragePage],
  [ROUTES.doctor, DoctorPage],
  [ROUTES.backups, BackupsPage],
  [ROUTES.updates, UpdatesPage],
  [ROUTES.licences, LicencesPage],
  [ROUTES.handbook, HandbookPage],
  [ROUTES.handbookTopic, HandbookPage],
]

export function Pages() {
  return (
    <Suspense fallback={<PageLoading />}>
      <Switch>
        {PAGES.map(([path, Page]) => (
          <Route key={path} path={path}>
            <Page />
          </Route>
        ))}
        <Route>
          <Start />
        </Route>
      </Switch>
    </Suspense>
  )
}

const START_PAGES = {
  home: ROUTES.home,
  notifications: ROUTES.notifications,
  mentions: ROUTES.mentions,
  local: ROUTES.local,
  bookmarks: ROUTES.bookmarks,
} as const satisfies Record<Preferences['startPage'], WindowPath>

/** The address without a page, and whatever is none, opens the page that the owner begins with. */
function Start() {
  const [path] = useLocation()
  const { startPage } = usePreferences()
  return <Redirect to={path === '/' ? START_PAGES[startPage] : ROUTES.home} replace />
}

function Search() {
  const { find, isWide } = useWindowActs()
  const [parameters] = useSearchParams()
  return (
    <SearchPage
      words={parameters.get('q') ?? ''}
      onSearch={find}
      hasOwnField={!isWide}
      renderPost={(id) => <PostEntry id={id} context="public" />}
    />
  )
}

function ListTimeline() {
  return <ListPage peoplePath={(id) => pathTo('listPeople', id)} />
}

/** Where there is room the composer stands at the side already. */
function Write() {
  const { isWide } = useWindowActs()
  const [, navigate] = useLocation()
  return (
    <>
      <WriteFromAddress />
      {isWide ? <HomePage /> : <NarrowWritePage onPosted={() => navigate(ROUTES.home)} />}
    </>
  )
}
