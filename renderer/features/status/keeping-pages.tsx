/** Backups and updates as far as they are an act of this home: where the data lie, how to keep a copy, what runs here. */
import { AppLink } from '../../components/app-link.tsx'
import { Page, Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { useText } from '../../hooks/use-text.ts'
import { findDesktopBridge } from '../../stores/desktop-shell.ts'
import { AppUpdatesSection } from './app-updates.tsx'
import styles from './items.module.css'
import { useStatus, useStorage } from './use-home.ts'

export function BackupsPage() {
  const t = useText()
  const status = useStatus()
  const storage = useStorage()
  return (
    <Page title={t('status.backups')} note={t('backups.note')} hasBack>
      <Section title={t('backups.where')}>
        <QueryState query={status}>
          {({ dataDir, database }) => (
            <>
              <p>{t('backups.folder')}</p>
              <p className={styles.place} dir="ltr">
                {dataDir ?? '–'}
              </p>
              <p className={styles.meta}>
                {t('backups.database')} <bdi>{database ?? '–'}</bdi>
              </p>
            </>
          )}
        </QueryState>
        <QueryState query={storage}>
          {({ kinds }) => (
            <ul className={styles.list}>
              {kinds
                .filter(({ isElsewhere }) => isElsewhere)
                .map(({ kind, place }) => (
                  <li key={kind} className={styles.meta}>
                    {t(`disk.${kind}`)}: {t('backups.elsewhere')} <bdi>{place ?? ''}</bdi>
                  </li>
                ))}
            </ul>
          )}
        </QueryState>
      </Section>
      <Section title={t('backups.copy')} help={t('backups.copy_help')}>
        <ol className={styles.steps}>
          <li>{t('backups.stop')}</li>
          <li>{t('backups.copy_step')}</li>
          <li>{t('backups.start')}</li>
        </ol>
        <p className={styles.meta}>{t('backups.keys')}</p>
      </Section>
      <Section title={t('backups.later')} help={t('backups.later_help')}>
        <div className={styles.ways}>
          <AppLink to="/restore">{t('backups.to_restore')}</AppLink>
        </div>
      </Section>
      <Section title={t('backups.exports')} help={t('backups.exports_help')}>
        <div className={styles.ways}>
          <AppLink to="/exports">{t('backups.to_exports')}</AppLink>
          <AppLink to="/imports">{t('backups.to_imports')}</AppLink>
        </div>
      </Section>
    </Page>
  )
}

const UPDATE_COMMAND = 'npm install --global homebird@latest'
const CHANGES = ['window', 'caches', 'threads', 'imports', 'safety'] as const

export function UpdatesPage() {
  const t = useText()
  const status = useStatus()
  const bridge = findDesktopBridge(window)
  return (
    <Page title={t('status.updates')} note={t('updates.note')} hasBack>
      {bridge === null ? null : <AppUpdatesSection bridge={bridge.updates} />}
      <QueryState query={status}>
        {({ version, database }) => (
          <Section title={t('updates.version', { version })}>
            <p className={styles.meta}>
              {t('updates.runs_on')} <bdi>{database ?? '–'}</bdi>
            </p>
            <h3>{t('updates.changes')}</h3>
            <ul className={styles.bullets}>
              {CHANGES.map((name) => (
                <li key={name}>{t(`update_change.${name}`)}</li>
              ))}
            </ul>
          </Section>
        )}
      </QueryState>
      {bridge === null ? <UpdateByHand /> : null}
    </Page>
  )
}

function UpdateByHand() {
  const t = useText()
  return (
    <Section title={t('updates.how')} help={t('updates.how_help')}>
      <ol className={styles.steps}>
        <li>
          {t('updates.copy')} <AppLink to="/backups">{t('status.backups')}</AppLink>
        </li>
        <li>{t('updates.stop')}</li>
        <li>
          {t('updates.install')}{' '}
          <code className={styles.inline} dir="ltr">
            {UPDATE_COMMAND}
          </code>
        </li>
        <li>{t('updates.start')}</li>
      </ol>
      <p className={styles.meta}>{t('updates.newer')}</p>
    </Section>
  )
}
