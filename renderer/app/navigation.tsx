/** The ways through the window: words beside pictures on the left, or a bar below on a narrow screen. */
import { House, type LucideIcon, PenLine, Search, UserRound } from 'lucide-react'
import { useLocation } from 'wouter'
import { AppLink } from '../components/app-link.tsx'
import { Avatar } from '../components/avatar.tsx'
import { Bird } from '../components/bird.tsx'
import { cx } from '../components/cx.ts'
import { EmojiText } from '../components/emoji-text.tsx'
import { Handle } from '../components/handle.tsx'
import { HomeState, HomeStateProof } from '../components/home-state.tsx'
import { nameOf } from '../components/post-card.tsx'
import { wholeHandle } from '../formatting/handles.ts'
import { useHomeFacts, useOwnAccount } from '../hooks/use-facts.ts'
import { NARROW, useMediaQuery } from '../hooks/use-media-query.ts'
import { useText } from '../hooks/use-text.ts'
import type { MessageId } from '../i18n/i18n.ts'
import styles from './navigation.module.css'
import { ROUTES } from './routes.ts'

interface Way {
  readonly path: string
  readonly icon: LucideIcon
  readonly name: MessageId
}

const WAYS: readonly Way[] = [
  { path: ROUTES.home, icon: House, name: 'nav.home' },
  { path: ROUTES.search, icon: Search, name: 'nav.search' },
  { path: ROUTES.write, icon: PenLine, name: 'nav.write' },
  { path: ROUTES.you, icon: UserRound, name: 'nav.you' },
]

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
        {WAYS.map((way) => (
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
  return (
    <AppLink
      to={way.path}
      className={styles.way ?? ''}
      isCurrent={path === way.path}
      title={isWide ? '' : t(name)}
    >
      <Icon aria-hidden size={22} strokeWidth={path === way.path ? 2.25 : 1.75} />
      <span className={styles.word}>{t(name)}</span>
    </AppLink>
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
