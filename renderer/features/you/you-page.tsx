/** The person's own corner: who they are here, the state of their home in one sentence, and the way out. */
import { useState } from 'react'
import type { HomeFacts } from '../../../server/contracts/owner-api.ts'
import { type ApiFailure, toFailure } from '../../api/failure.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Avatar } from '../../components/avatar.tsx'
import { Button } from '../../components/button.tsx'
import { EmojiText } from '../../components/emoji-text.tsx'
import { Handle } from '../../components/handle.tsx'
import { HomeState, HomeStateProof } from '../../components/home-state.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { nameOf } from '../../components/post-card.tsx'
import { wholeHandle } from '../../formatting/handles.ts'
import { formatCount } from '../../formatting/numbers.ts'
import { useHomeFacts, useOwnAccount } from '../../hooks/use-facts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './you.module.css'

interface YouPageProps {
  /** The page about sign-in and devices. */
  readonly securityPath: string
  readonly onSignedOut: () => void
}

export function YouPage({ securityPath, onSignedOut }: YouPageProps) {
  const t = useText()
  const home = useHomeFacts()
  return (
    <section aria-labelledby="you-title" className={styles.page}>
      <header className={styles.header}>
        <h1 id="you-title">{t('you.title')}</h1>
      </header>
      <OwnCard domain={home.data?.domain ?? null} />
      {home.data === undefined ? null : <HomeCard facts={home.data} />}
      {home.error === null ? null : (
        <FailureNotice
          failure={toFailure(home.error)}
          act={{ label: t('act.try_again'), onPress: () => void home.refetch() }}
        />
      )}
      <div className={styles.card}>
        <AppLink to={securityPath}>{t('you.security')}</AppLink>
        <p className={styles.note}>{t('you.security_help')}</p>
      </div>
      <SignOut onSignedOut={onSignedOut} />
    </section>
  )
}

function OwnCard({ domain }: { readonly domain: string | null }) {
  const t = useText()
  const { data: account } = useOwnAccount()
  if (account === undefined) return null
  return (
    <div className={styles.own}>
      <Avatar account={account} size="large" />
      <div>
        <h2 className={styles.name}>
          <bdi>
            <EmojiText text={nameOf(account)} emojis={account.emojis} />
          </bdi>
        </h2>
        <p className={styles.note}>
          <Handle text={wholeHandle(account.acct, domain)} />
        </p>
        <p className={styles.note}>
          {t('profile.counts', {
            posts: formatCount(t.locale, account.statuses_count),
            following: formatCount(t.locale, account.following_count),
            followers: formatCount(t.locale, account.followers_count),
          })}
        </p>
      </div>
    </div>
  )
}

function HomeCard({ facts }: { readonly facts: HomeFacts }) {
  const t = useText()
  const { deliveries, servers } = facts.waiting
  return (
    <section aria-labelledby="your-home-title" className={styles.card}>
      <h2 id="your-home-title">{t('you.home')}</h2>
      <HomeState facts={facts} />
      <HomeStateProof facts={facts} />
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
