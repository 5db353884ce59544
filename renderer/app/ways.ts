/** The pages that somebody goes to by name, each with its picture: what "You" and the palette offer. */
import {
  Activity,
  AtSign,
  Bell,
  Bookmark,
  CalendarClock,
  FileText,
  Funnel,
  Globe,
  Hash,
  Heart,
  House,
  List,
  type LucideIcon,
  PenLine,
  Search,
  Settings,
  StickyNote,
  UserPlus,
  UserRound,
} from 'lucide-react'
import type { MessageId } from '../i18n/i18n.ts'
import { ROUTES, type WindowPath } from './routes.ts'

export interface NamedWay {
  readonly path: WindowPath
  readonly name: MessageId
  readonly icon: LucideIcon
}

/** What a narrow bar has no room for. */
export const FROM_YOU: readonly NamedWay[] = [
  { path: ROUTES.mentions, name: 'nav.mentions', icon: AtSign },
  { path: ROUTES.lists, name: 'nav.lists', icon: List },
  { path: ROUTES.followedHashtags, name: 'nav.followed_hashtags', icon: Hash },
  { path: ROUTES.bookmarks, name: 'nav.bookmarks', icon: Bookmark },
  { path: ROUTES.favourites, name: 'nav.favourites', icon: Heart },
  { path: ROUTES.followRequests, name: 'nav.requests', icon: UserPlus },
  { path: ROUTES.filters, name: 'nav.filters', icon: Funnel },
  { path: ROUTES.local, name: 'nav.local', icon: FileText },
  { path: ROUTES.federated, name: 'nav.federated', icon: Globe },
  { path: ROUTES.drafts, name: 'nav.drafts', icon: StickyNote },
  { path: ROUTES.scheduled, name: 'nav.scheduled', icon: CalendarClock },
  { path: ROUTES.status, name: 'nav.status', icon: Activity },
  { path: ROUTES.settings, name: 'nav.settings', icon: Settings },
]

export const NAMED_WAYS: readonly NamedWay[] = [
  { path: ROUTES.home, name: 'nav.home', icon: House },
  { path: ROUTES.notifications, name: 'nav.notifications', icon: Bell },
  { path: ROUTES.search, name: 'nav.search', icon: Search },
  { path: ROUTES.write, name: 'nav.write', icon: PenLine },
  { path: ROUTES.you, name: 'nav.you', icon: UserRound },
  ...FROM_YOU,
]
