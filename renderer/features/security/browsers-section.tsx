/** Browsers in which this window is signed in, and their way out. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { BrowserSession } from '../../../server/contracts/sign-in.ts'
import { endOtherSessions, endSession, getSessions } from '../../api/sign-in.ts'
import { Button } from '../../components/button.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { Section } from '../../components/page.tsx'
import { browserName } from '../../formatting/browser-name.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Text } from '../../i18n/i18n.ts'
import { Refusal } from './refusal.tsx'
import styles from './security.module.css'

const KEY = ['sessions']

export function BrowsersSection() {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const { data: sessions } = useQuery({ queryKey: KEY, queryFn: async () => getSessions(api) })
  const take = async (answer: Promise<readonly BrowserSession[]>): Promise<void> => {
    queries.setQueryData(KEY, await answer)
  }
  return (
    <Section title={t('security.browsers')}>
      <ul className={styles.rows}>
        {sessions?.map((session) => (
          <BrowserRow
            key={session.id}
            session={session}
            onEnd={() => void act.run(async () => take(endSession(api, session.id)), session.id)}
          />
        ))}
      </ul>
      {sessions !== undefined && sessions.length > 1 ? (
        <div>
          <Button isBusy={act.isBusy} onPress={() => void act.run(async () => take(endOtherSessions(api)))}>
            {t('security.sign_out_others')}
          </Button>
        </div>
      ) : null}
      <Refusal failure={act.failure} />
    </Section>
  )
}

function BrowserRow({ session, onEnd }: { readonly session: BrowserSession; readonly onEnd: () => void }) {
  const t = useText()
  const name = nameOf(t, session)
  return (
    <li className={styles.row}>
      <div>
        <h3>{session.isThisOne ? `${name} (${t('security.this_one')})` : name}</h3>
        <p className={styles.note}>
          {t('security.used')} <RelativeTime moment={session.lastUsedAt} /> · {t('security.since')}{' '}
          <RelativeTime moment={session.createdAt} />
        </p>
      </div>
      {session.isThisOne ? null : (
        <Button label={t('security.sign_out_label', { name })} onPress={onEnd}>
          {t('security.sign_out')}
        </Button>
      )}
    </li>
  )
}

function nameOf(t: Text, { userAgent }: BrowserSession): string {
  const { browser, system } = browserName(userAgent)
  if (browser !== null && system !== null) return t('security.browser_on', { browser, system })
  return browser ?? system ?? t('security.browser_unknown')
}
