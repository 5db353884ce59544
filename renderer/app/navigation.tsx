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
import { IdentityMenu } from '../features/identities/identity-menu.tsx'
import { nameOf } from '../formatting/names.ts'
import { wholeHandle } from '../formatting/handles.ts'
import { useColumns } from '../hooks/use-columns.ts'
import { useHomeFacts, useOwnAccount } from '../hooks/use-facts.ts'
import { useIdentities } from '../hooks/use-identities.ts'
import { useUnreadNotifications } from '../hooks/use-unread-notifications.ts'
import { useText } from '../hooks/use-text.ts'
import type { MessageId } from '../i18n/i18n.ts'
import { MOST_UNREAD } from '../stores/notifications.ts'
import styles from './navigation.module.css'
import { ROUTES } from './routes.ts'

interface Way {
  readonly path: string
  readonly icon: LucideIcon
  readonly name: MessageId
  /** Pages that it leads to and that have addresses of their own. */
  readonly also?: readonly string[]
}

const OF_STATUS = [ROUTES.logs, ROUTES.inspector, ROUTES.storage, ROUTES.doctor]
const OF_SETTINGS = [
  ROUTES.signIn,
  ROUTES.identities,
  ROUTES.emoji,
  ROUTES.connectPhone,
  ROUTES.blockLists,
  ROUTES.imports,
  ROUTES.exports,
  ROUTES.farewell,
  ROUTES.reports,
  ROUTES.backups,
  ROUTES.updates,
  ROUTES.licences,
  ROUTES.handbook,
  ROUTES.restore,
]
const OF_YOU = [
  ROUTES.followedHashtags,
  ROUTES.favourites,
  ROUTES.followRequests,
  ROUTES.filters,
  ROUTES.local,
  ROUTES.federated,
  ROUTES.drafts,
  ROUTES.scheduled,
]

const HOME: Way = { path: ROUTES.home, icon: House, name: 'nav.home' }
const SEARCH: Way = { path: ROUTES.search, icon: Search, name: 'nav.search' }
const WRITE: Way = { path: ROUTES.write, icon: PenLine, name: 'nav.write' }
const YOU: Way = { path: ROUTES.you, icon: UserRound, name: 'nav.you', also: OF_YOU }
const NOTIFICATIONS: Way = { path: ROUTES.notifications, icon: Bell, name: 'nav.notifications' }
const SETTINGS: Way = { path: ROUTES.settings, icon: Settings, name: 'nav.settings', also: OF_SETTINGS }
const STATUS: Way = { path: ROUTES.status, icon: Activity, name: 'nav.status', also: OF_STATUS }

const AT_SIDE: readonly Way[] = [
  HOME,
  NOTIFICATIONS,
  { path: ROUTES.mentions, icon: AtSign, name: 'nav.mentions' },
  SEARCH,
  { path: ROUTES.lists, icon: List, name: 'nav.lists' },
  { path: ROUTES.bookmarks, icon: Bookmark, name: 'nav.bookmarks' },
  YOU,
  STATUS,
  SETTINGS,
]

const BEHIND_YOU = [
  ...OF_YOU,
  ...OF_STATUS,
  ...OF_SETTINGS,
  ROUTES.mentions,
  ROUTES.lists,
  ROUTES.bookmarks,
  ROUTES.status,
  ROUTES.settings,
]

/** A narrow screen has room for five; `You` leads to the others. */
const IN_BAR: readonly Way[] = [HOME, SEARCH, WRITE, NOTIFICATIONS, { ...YOU, also: BEHIND_YOU }]

export function Navigation({ isWide }: { readonly isWide: boolean }) {
  const t = useText()
  const isNarrow = useColumns() === 'one'
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
            <WayLink way={way} isWide={isWide} isNarrow={isNarrow} />
          </li>
        ))}
        {isNarrow ? null : (
          <li className={styles.write}>
            <WayLink way={WRITE} isWide={isWide} />
          </li>
        )}
      </ul>
      {isNarrow ? null : <Own isWide={isWide} />}
    </nav>
  )
}

interface WayLinkProps {
  readonly way: Way
  readonly isWide: boolean
  readonly isNarrow?: boolean
}

function WayLink({ way, isWide, isNarrow = false }: WayLinkProps) {
  const t = useText()
  const [path] = useLocation()
  const { icon: Icon, name } = way
  // A page below another belongs to its way: one list to the lists.
  const isCurrent = [way.path, ...(way.also ?? [])].some((one) => path === one || path.startsWith(`${one}/`))
  return (
    <AppLink to={way.path} className={styles.way ?? ''} isCurrent={isCurrent} title={isWide ? '' : t(name)}>
      {way.path === YOU.path && isNarrow ? (
        <OwnIcon isCurrent={isCurrent} />
      ) : (
        <Icon aria-hidden size={22} strokeWidth={isCurrent ? 2.25 : 1.75} />
      )}
      <span className={styles.word}>{t(name)}</span>
      {way === NOTIFICATIONS ? <Unread /> : null}
    </AppLink>
  )
}

/** Whoever is several sees which one they are. */
function OwnIcon({ isCurrent }: { readonly isCurrent: boolean }) {
  const { data: account } = useOwnAccount()
  const { data: identities = [] } = useIdentities()
  return account !== undefined && identities.length > 1 ? (
    <Avatar account={account} size="small" />
  ) : (
    <UserRound aria-hidden size={22} strokeWidth={isCurrent ? 2.25 : 1.75} />
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

function Own({ isWide }: { readonly isWide: boolean }) {
  const { data: account } = useOwnAccount()
  const { data: facts } = useHomeFacts()
  const { data: identities = [] } = useIdentities()
  if (account === undefined) return null
  const current = identities.find(({ id }) => id === account.id)
  const hasOthers = current !== undefined && identities.length > 1
  // Where there is room for pictures alone, "You" is among the ways already.
  if (!isWide && !hasOthers) return null
  return (
    <div className={styles.own}>
      {hasOthers ? (
        <IdentityMenu identities={identities} current={current} isSmall={!isWide} />
      ) : (
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
      )}
      {facts === undefined || !isWide ? null : (
        <div className={styles.state}>
          <HomeState facts={facts} />
          <HomeStateProof facts={facts} />
        </div>
      )}
    </div>
  )
}
