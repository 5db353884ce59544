/** Sign-in and devices: how the owner signs in, and the apps and browsers that are signed in. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { SignInFacts } from '../../../server/contracts/sign-in.ts'
import { toFailure } from '../../api/failure.ts'
import { getSignInFacts } from '../../api/sign-in.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { Spinner } from '../../components/spinner.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { AppsSection } from './apps-section.tsx'
import { AuthenticatorSection } from './authenticator-section.tsx'
import { BrowsersSection } from './browsers-section.tsx'
import { PasskeySection } from './passkey-section.tsx'
import { PasswordSection } from './password-section.tsx'
import { ProofForm } from './proof-form.tsx'
import styles from './security.module.css'

const KEY = ['sign-in']

export function SecurityPage() {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const facts = useQuery({ queryKey: KEY, queryFn: async () => getSignInFacts(api), refetchInterval: 60_000 })
  const accept = (next: SignInFacts): void => {
    queries.setQueryData(KEY, next)
  }
  const refresh = async (): Promise<void> => queries.invalidateQueries({ queryKey: KEY })
  return (
    <section aria-labelledby="security-title" className={styles.page}>
      <header className={styles.header}>
        <h1 id="security-title">{t('security.title')}</h1>
      </header>
      <AppsSection facts={facts.data} onFacts={accept} />
      <BrowsersSection />
      {facts.data === undefined ? (
        <p role="status" className={styles.section}>
          {facts.error === null ? (
            <>
              <Spinner /> {t('security.loading')}
            </>
          ) : (
            <FailureNotice
              failure={toFailure(facts.error)}
              act={{ label: t('act.try_again'), onPress: () => void facts.refetch() }}
            />
          )}
        </p>
      ) : (
        <SignInSections facts={facts.data} onFacts={accept} onChanged={refresh} />
      )}
    </section>
  )
}

interface SignInSectionsProps {
  readonly facts: SignInFacts
  readonly onFacts: (facts: SignInFacts) => void
  readonly onChanged: () => Promise<void>
}

function SignInSections({ facts, onFacts, onChanged }: SignInSectionsProps) {
  const isProved = facts.provedUntil !== null
  return (
    <>
      {isProved ? null : <ProofForm facts={facts} onProved={onFacts} />}
      <AuthenticatorSection facts={facts} canChange={isProved} onChanged={onChanged} />
      <PasskeySection facts={facts} canChange={isProved} onChanged={onChanged} />
      {isProved ? <PasswordSection onChanged={onChanged} /> : null}
    </>
  )
}
