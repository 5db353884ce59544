/** Updates of the desktop app: what runs, what is newer, and the one press that changes to it. */
import { useEffect, useState } from 'react'
import type { UpdateState, UpdatesBridge } from '../../../server/contracts/desktop-bridge.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { Notice } from '../../components/notice.tsx'
import { PageLoading, Section } from '../../components/page.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { useObservable } from '../../hooks/use-observable.ts'
import { useText } from '../../hooks/use-text.ts'
import { AppUpdates, wordOfUpdate } from '../../stores/app-updates.ts'
import styles from './items.module.css'

export function AppUpdatesSection({ bridge }: { readonly bridge: UpdatesBridge }) {
  const t = useText()
  const [updates] = useState(() => new AppUpdates(bridge))
  useEffect(() => updates.open(), [updates])
  const { state, refusal } = useObservable(updates.view)
  return (
    <Section title={t('app_update.title')} help={t('app_update.help')}>
      {state === null ? (
        refusal === null ? (
          <PageLoading />
        ) : null
      ) : (
        <Known state={state} onCheck={() => void updates.check()} onInstall={() => void updates.install()} />
      )}
      {refusal === null ? null : (
        <Notice detail={refusal} detailLabel={t('failure.details')}>
          {t('app_update.refused')}
        </Notice>
      )}
      <p className={styles.meta}>
        {t('app_update.copy')} <AppLink to="/backups">{t('status.backups')}</AppLink>
      </p>
    </Section>
  )
}

interface KnownProps {
  readonly state: UpdateState
  readonly onCheck: () => void
  readonly onInstall: () => void
}

function Known({ state, onCheck, onInstall }: KnownProps) {
  const t = useText()
  const { phase, next, percent, reason, checkedAt } = state
  const version = next?.version ?? ''
  const isLooking = phase === 'checking'
  return (
    <div className={styles.known}>
      <p role="status">{t(`app_update.${wordOfUpdate(state)}`, { version, percent: percent ?? 0 })}</p>
      {phase === 'downloading' ? (
        <progress
          max={100}
          aria-label={t('app_update.progress')}
          {...(percent === null ? {} : { value: percent })}
        />
      ) : null}
      {reason === null ? null : (
        <details className={styles.meta}>
          <summary>{t('failure.details')}</summary>
          <code dir="ltr">{reason}</code>
        </details>
      )}
      {checkedAt === null ? null : (
        <p className={styles.meta}>
          {t('app_update.checked')} <RelativeTime moment={checkedAt} />
        </p>
      )}
      {phase === 'ready' ? <Restart state={state} onInstall={onInstall} /> : null}
      {phase === 'off' || phase === 'ready' || phase === 'downloading' ? null : (
        <div className={styles.acts}>
          <Button isBusy={isLooking} onPress={onCheck}>
            {t('app_update.check')}
          </Button>
        </div>
      )}
      {next === null || next.notes === '' ? null : (
        <>
          <h3>{t('app_update.notes', { version })}</h3>
          <p dir="auto" className={styles.notes}>
            {next.notes}
          </p>
        </>
      )}
    </div>
  )
}

function Restart({ state, onInstall }: Pick<KnownProps, 'state' | 'onInstall'>) {
  const t = useText()
  const { waitsFor } = state
  return (
    <>
      <div className={styles.acts}>
        <Button look="primary" isDisabled={waitsFor.length > 0} onPress={onInstall}>
          {t('app_update.install')}
        </Button>
      </div>
      {waitsFor.length === 0 ? null : (
        <div role="status">
          {waitsFor.map((what) => (
            <p key={what}>{t(`app_update.waits_${what}`)}</p>
          ))}
        </div>
      )}
    </>
  )
}
