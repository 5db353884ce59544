/** Updates as far as they are an act of this home: what runs here, what has changed, how another version comes in. */
import { AppLink } from '../../components/app-link.tsx'
import { Page, Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { useText } from '../../hooks/use-text.ts'
import { findDesktopBridge } from '../../stores/desktop-shell.ts'
import { AppUpdatesSection } from './app-updates.tsx'
import styles from './items.module.css'
import { useStatus } from './use-home.ts'

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
