/** The ways through the window: words beside pictures on the left, or a bar below on a narrow screen. */
import {
  Activity,
  AtSign,
  Bell,
  Bookmark,
  House,
  List,
  type LucideIcon,
  PenLine,
  Search,
  Settings,
  UserRound,
} from 'lucide-react'
import { useLocation } from 'wouter'
import { AppLink } from '../components/app-link.tsx'
import { Avatar } from '../components/avatar.tsx'
import { Bird } from '../components/bird.tsx'
import { cx } from '../components/cx.ts'
import { EmojiText } from '../components/emoji-text.tsx'
import { Handle } from '../components/handle.tsx'
import { HomeState, HomeStateProof } from '../components/home-state.tsx'
import { nameOf } from '../formatting/names.ts'
import { wholeHandle } from '../formatting/handles.ts'
import { useHomeFacts, useOwnAccount } from '../hooks/use-facts.ts'
import { useUnreadNotifications } from '../hooks/use-unread-notifications.ts'
import { NARROW, useMediaQuery } from '../hooks/use-media-query.ts'
import { useText } from '../hooks/use-text.ts'
import type { MessageId } from '../i18n/i18n.ts'
import { MOST_UNREAD } from '../stores/notifications.ts'
import styles from './navigation.module.css'
import { ROUTES } from './routes.ts'

interface Way {
  readonly path: string
  readonly icon: LucideIcon
  readonly name: MessageId
}

const HOME: Way = { path: ROUTES.home, icon: House, name: 'nav.home' }
const SEARCH: Way = { path: ROUTES.search, icon: Search, name: 'nav.search' }
const WRITE: Way = { path: ROUTES.write, icon: PenLine, name: 'nav.write' }
const YOU: Way = { path: ROUTES.you, icon: UserRound, name: 'nav.you' }
const NOTIFICATIONS: Way = { path: ROUTES.notifications, icon: Bell, name: 'nav.notifications' }
const SETTINGS: Way = { path: ROUTES.settings, icon: Settings, name: 'nav.settings' }

const AT_SIDE: readonly Way[] = [
  HOME,
  NOTIFICATIONS,
  { path: ROUTES.mentions, icon: AtSign, name: 'nav.mentions' },
  SEARCH,
  { path: ROUTES.lists, icon: List, name: 'nav.lists' },
  { path: ROUTES.bookmarks, icon: Bookmark, name: 'nav.bookmarks' },
  YOU,
  { path: ROUTES.status, icon: Activity, name: 'nav.status' },
  SETTINGS,
  WRITE,
]

/** A narrow screen has room for five; `You` leads to the others. */
const IN_BAR: readonly Way[] = [HOME, SEARCH, WRITE, NOTIFICATIONS, YOU]

export function Navigation({ isWide }: { readonly isWide: boolean }) {
  const t = useText()
  const isNarrow = useMediaQuery(NARROW)
  return (
    <nav aria-label={t('nav.label')} className={cx(styles.nav, isNarrow && styles.bar)}>
      {isNarrow ? null : (
        <div className={styles.bird}>
          <Bird size={32} />
        </div>
      )}
      <ul className={styles.ways}>
        {(isNarrow ? IN_BAR : AT_SIDE).map((way) => (
          <li key={way.path}>
            <WayLink way={way} isWide={isWide} />
          </li>
        ))}
      </ul>
      {isWide ? <Own /> : null}
    </nav>
  )
}

function WayLink({ way, isWide }: { readonly way: Way; readonly isWide: boolean }) {
  const t = useText()
  const [path] = useLocation()
  const { icon: Icon, name } = way
  // A page below another belongs to its way: one list to the lists.
  const isCurrent = path === way.path || path.startsWith(`${way.path}/`)
  return (
    <AppLink to={way.path} className={styles.way ?? ''} isCurrent={isCurrent} title={isWide ? '' : t(name)}>
      <Icon aria-hidden size={22} strokeWidth={isCurrent ? 2.25 : 1.75} />
      <span className={styles.word}>{t(name)}</span>
      {way === NOTIFICATIONS ? <Unread /> : null}
    </AppLink>
  )
}

/** How many are new: a number beside the word, a word for who hears it. */
function Unread() {
  const t = useText()
  const count = useUnreadNotifications()
  if (count === 0) return null
  return (
    <span className={styles.unread}>
      <span aria-hidden>{count > MOST_UNREAD ? `${MOST_UNREAD}+` : count}</span>
      <span className="visually-hidden">{t('nav.unread', { count })}</span>
    </span>
  )
}

function Own() {
  const { data: account } = useOwnAccount()
  const { data: facts } = useHomeFacts()
  if (account === undefined) return null
  return (
    <div className={styles.own}>
      <AppLink to={ROUTES.you} className={styles.who ?? ''}>
        <Avatar account={account} />
        <span className={styles.names}>
          <bdi className={styles.name}>
            <EmojiText text={nameOf(account)} emojis={account.emojis} />
          </bdi>
          <span className={styles.handle}>
            <Handle text={wholeHandle(account.acct, facts?.domain ?? null)} />
          </span>
        </span>
      </AppLink>
      {facts === undefined ? null : (
        <div className={styles.state}>
          <HomeState facts={facts} />
          <HomeStateProof facts={facts} />
        </div>
      )}
    </div>
  )
}
