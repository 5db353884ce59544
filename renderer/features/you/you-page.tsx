/** The person's own corner: who they are here, the state of their home in one sentence, and the way out. */
import type { LucideIcon } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { HomeFacts } from '../../../server/contracts/owner-api.ts'
import { type ApiFailure, toFailure } from '../../api/failure.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Avatar } from '../../components/avatar.tsx'
import { Button } from '../../components/button.tsx'
import { EmojiText } from '../../components/emoji-text.tsx'
import { Handle } from '../../components/handle.tsx'
import { HomeState, HomeStateProof } from '../../components/home-state.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Page } from '../../components/page.tsx'
import { nameOf } from '../../formatting/names.ts'
import { wholeHandle } from '../../formatting/handles.ts'
import { formatCount } from '../../formatting/numbers.ts'
import { profilePath } from '../../formatting/paths.ts'
import { useHomeFacts, useOwnAccount } from '../../hooks/use-facts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { MessageId } from '../../i18n/i18n.ts'
import styles from './you.module.css'

interface YouPageProps {
  /** Everything that has no place of its own in the bar. */
  readonly ways: readonly {
    readonly path: string
    readonly name: MessageId
    readonly icon: LucideIcon
  }[]
  /** Whom else they can be here. */
  readonly identities: ReactNode
  /** The page about sign-in and devices. */
  readonly securityPath: string
  /** What is set for this device alone. */
  readonly device: ReactNode
  readonly onSignedOut: () => void
}

export function YouPage({ ways, identities, securityPath, device, onSignedOut }: YouPageProps) {
  const t = useText()
  const home = useHomeFacts()
  return (
    <Page title={t('you.title')}>
      <OwnCard domain={home.data?.domain ?? null} />
      {identities}
      <ul aria-label={t('nav.more')} className={styles.ways}>
        {ways.map(({ path, name, icon: Icon }) => (
          <li key={path}>
            <AppLink to={path} className={styles.way ?? ''}>
              <Icon aria-hidden size={20} strokeWidth={1.75} />
              {t(name)}
            </AppLink>
          </li>
        ))}
      </ul>
      <div className={styles.card}>{device}</div>
      {home.data === undefined ? null : <HomeCard facts={home.data} />}
      {home.error === null ? null : (
        <FailureNotice
          failure={toFailure(home.error)}
          act={{ label: t('act.try_again'), onPress: () => void home.refetch() }}
        />
      )}
      <div className={styles.card}>
        <AppLink to={securityPath} className={styles.strong ?? ''}>
          {t('you.security')}
        </AppLink>
        <p className={styles.note}>{t('you.security_help')}</p>
        <SignOut onSignedOut={onSignedOut} />
      </div>
    </Page>
  )
}

function OwnCard({ domain }: { readonly domain: string | null }) {
  const t = useText()
  const { data: account } = useOwnAccount()
  if (account === undefined) return null
  return (
    <AppLink to={profilePath(account)} className={styles.own ?? ''}>
      <Avatar account={account} size="large" />
      <span className={styles.who}>
        <bdi className={styles.name}>
          <EmojiText text={nameOf(account)} emojis={account.emojis} />
        </bdi>
        <span className={styles.note}>
          <Handle text={wholeHandle(account.acct, domain)} />
        </span>
        <span className={styles.note}>
          {t('profile.counts', {
            posts: formatCount(t.locale, account.statuses_count),
            following: formatCount(t.locale, account.following_count),
            followers: formatCount(t.locale, account.followers_count),
          })}
        </span>
      </span>
    </AppLink>
  )
}

function HomeCard({ facts }: { readonly facts: HomeFacts }) {
  const t = useText()
  const { deliveries, servers } = facts.waiting
  return (
    <section aria-labelledby="your-home-title" className={styles.card}>
      <h2 id="your-home-title">{t('you.home')}</h2>
      <div>
        <HomeState facts={facts} />
        <HomeStateProof facts={facts} />
      </div>
      <p>{deliveries === 0 ? t('you.nothing_waits') : t('you.waiting', { deliveries, servers })}</p>
      {facts.domain === null || facts.publicAddress === null ? null : (
        <p className={styles.note}>
          {t('you.point_at', { domain: facts.serviceDomain ?? facts.domain })}{' '}
          <code dir="ltr">{facts.publicAddress}</code>
        </p>
      )}
      <p className={styles.note}>{t('you.version', { version: facts.version })}</p>
    </section>
  )
}

function SignOut({ onSignedOut }: { readonly onSignedOut: () => void }) {
  const t = useText()
  const { session } = useServices()
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const leave = async (): Promise<void> => {
    setBusy(true)
    setFailure(null)
    try {
      await session.leave()
      onSignedOut()
    } catch (error) {
      setFailure(toFailure(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className={styles.out}>
      <Button isBusy={isBusy} onPress={() => void leave()}>
        {t('you.sign_out')}
      </Button>
      {failure === null ? null : <FailureNotice failure={failure} meaning={t('you.still_in')} />}
    </div>
  )
}
