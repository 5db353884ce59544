/** Apps that have access: what each may do, as whom, since when; and taking it away. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { AppFacts } from '../../../server/contracts/sign-in.ts'
import { getApps, removeApp } from '../../api/sign-in.ts'
import { Button } from '../../components/button.tsx'
import { Handle } from '../../components/handle.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { Refusal } from './refusal.tsx'
import { Section } from './section.tsx'
import styles from './security.module.css'

const KEY = ['apps']

export function AppsSection() {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const { data: apps } = useQuery({ queryKey: KEY, queryFn: async () => getApps(api) })
  const remove = async (app: AppFacts): Promise<void> => {
    queries.setQueryData(KEY, await removeApp(api, app))
  }
  return (
    <Section title={t('security.apps')} help={t('security.apps_help')}>
      {apps?.length === 0 ? <p>{t('security.apps_none')}</p> : null}
      <ul className={styles.rows}>
        {apps?.map((app) => (
          <AppRow
            key={`${app.appId} ${app.identityId}`}
            app={app}
            onRemove={() => void act.run(async () => remove(app))}
          />
        ))}
      </ul>
      <Refusal failure={act.failure} />
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
          {app.website === null ? null : (
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
