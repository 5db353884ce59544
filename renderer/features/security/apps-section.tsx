/** Apps that have access: what each may do, as whom, since when; taking it away, and a token made by hand. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { AppFacts, SignInFacts } from '../../../server/contracts/sign-in.ts'
import { getApps, removeApp } from '../../api/sign-in.ts'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { Handle } from '../../components/handle.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { Section } from '../../components/page.tsx'
import { isWebAddress } from '../../formatting/link-kind.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { TokenDialog } from './token-dialog.tsx'
import styles from './security.module.css'

const KEY = ['apps']

interface AppsSectionProps {
  /** Undefined until they are known. */
  readonly facts: SignInFacts | undefined
  readonly onFacts: (facts: SignInFacts) => void
}

export function AppsSection({ facts, onFacts }: AppsSectionProps) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const [leaving, setLeaving] = useState<AppFacts | null>(null)
  const [isMaking, setMaking] = useState(false)
  const { data: apps } = useQuery({ queryKey: KEY, queryFn: async () => getApps(api) })
  const remove = async (app: AppFacts): Promise<void> => {
    queries.setQueryData(KEY, await removeApp(api, app))
  }
  return (
    <Section title={t('security.apps')} help={t('security.apps_help')}>
      {apps?.length === 0 ? <p>{t('security.apps_none')}</p> : null}
      <ul className={styles.rows}>
        {apps?.map((app) => (
          <AppRow key={`${app.appId} ${app.identityId}`} app={app} onRemove={() => setLeaving(app)} />
        ))}
      </ul>
      <div className={styles.acts}>
        <Button isDisabled={facts === undefined} onPress={() => setMaking(true)}>
          {t('security.token_make')}
        </Button>
      </div>
      {leaving === null ? null : (
        <ConfirmDialog
          title={t('security.app_question', { name: leaving.name })}
          act={t(leaving.isPersonal ? 'security.token_remove' : 'security.app_remove')}
          onConfirm={async () => remove(leaving)}
          onClose={() => setLeaving(null)}
        >
          {t(leaving.isPersonal ? 'security.token_lost' : 'security.app_lost')}
        </ConfirmDialog>
      )}
      {isMaking && facts !== undefined ? (
        <TokenDialog
          facts={facts}
          onFacts={onFacts}
          onApps={(next) => queries.setQueryData(KEY, next)}
          onClose={() => setMaking(false)}
        />
      ) : null}
    </Section>
  )
}

function AppRow({ app, onRemove }: { readonly app: AppFacts; readonly onRemove: () => void }) {
  const t = useText()
  return (
    <li className={styles.row}>
      <div>
        <h3>
          <bdi>{app.name}</bdi>
        </h3>
        <p className={styles.note}>
          <Handle text={app.handle} />
          {app.isPersonal ? ` · ${t('security.token_by_hand')}` : ''}
          {app.website === null || !isWebAddress(app.website) ? null : (
            <>
              {' · '}
              <a href={app.website} target="_blank" rel="noreferrer nofollow" dir="ltr">
                {new URL(app.website).host}
              </a>
            </>
          )}
        </p>
        <p className={styles.note}>
          {app.lastUsedAt === null ? (
            t('security.never_used')
          ) : (
            <>
              {t('security.used')} <RelativeTime moment={app.lastUsedAt} />
            </>
          )}
          {' · '}
          {t('security.since')} <RelativeTime moment={app.createdAt} />
          {app.times > 1 ? ` · ${t('security.app_times', { count: app.times })}` : ''}
        </p>
        <details className={styles.may}>
          <summary>{t('security.app_may')}</summary>
          <ul>
            {app.may.map((may) => (
              <li key={may}>{t(`may.${may}`)}</li>
            ))}
          </ul>
        </details>
      </div>
      <Button label={t('security.remove_label', { name: app.name })} onPress={onRemove}>
        {t('security.remove')}
      </Button>
    </li>
  )
}
