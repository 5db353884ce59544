/** The backups of the home: the last and the next, where they lie and how long, what opens them, and each of them. */
import type { BackupsOverview } from '../../../server/contracts/backups.ts'
import { startBackup } from '../../api/backups.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { FailureNotice, Notice } from '../../components/notice.tsx'
import { Page, Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { formatMoment } from '../../formatting/moments.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { FilesSection } from './files-section.tsx'
import { HandOverSection } from './hand-over-section.tsx'
import { KeysSection } from './keys-section.tsx'
import { PlacesSection } from './places-section.tsx'
import { RuleSection } from './rule-section.tsx'
import { RunningJob } from './running-job.tsx'
import styles from './backups.module.css'
import { useBackups, useBackupsAgain } from './use-backups.ts'

export function BackupsPage() {
  const t = useText()
  const query = useBackups()
  return (
    <Page title={t('backups.title')} note={t('backups.note')} hasBack>
      <QueryState query={query}>
        {(backups) => (backups === null ? <Alone /> : <Backups backups={backups} />)}
      </QueryState>
    </Page>
  )
}

/** A server that nobody supervises. */
function Alone() {
  const t = useText()
  return (
    <Section title={t('backups.alone')} help={t('backups.alone_help')}>
      <Ways />
    </Section>
  )
}

function Backups({ backups }: { readonly backups: BackupsOverview }) {
  const t = useText()
  const { running, locks } = backups
  const isOpenElsewhere = locks.passphrase || locks.recovery
  return (
    <>
      <NowSection backups={backups} />
      {/* Nothing is done while nobody has come with the code. */}
      {running === null || running.step === 'waiting' ? null : <RunningJob running={running} />}
      {isOpenElsewhere ? null : <Notice>{t('backups.locked_in')}</Notice>}
      <PlacesSection backups={backups} />
      <RuleSection backups={backups} />
      <KeysSection locks={locks} />
      <FilesSection backups={backups} />
      <HandOverSection isBusy={running !== null} />
      <Section title={t('backups.more')} help={t('backups.more_help')}>
        <Ways />
      </Section>
    </>
  )
}

function NowSection({ backups }: { readonly backups: BackupsOverview }) {
  const t = useText()
  const { api } = useServices()
  const again = useBackupsAgain()
  const act = useAct()
  const { places, running } = backups
  const last =
    places
      .map(({ lastMadeAt }) => lastMadeAt ?? '')
      .toSorted()
      .at(-1) ?? ''
  const checked =
    places
      .map(({ lastCheckedAt }) => lastCheckedAt ?? '')
      .toSorted()
      .at(-1) ?? ''
  const next = places.flatMap(({ nextAt }) => (nextAt === null ? [] : [nextAt])).toSorted()[0]
  const begin = async (): Promise<void> => {
    await startBackup(api, {})
    await again()
  }
  return (
    <Section title={t('backups.now')}>
      <div className={styles.item}>
        <div className={styles.words}>
          <p>
            {last === '' ? (
              t('backups.none_yet')
            ) : (
              <>
                {t('backups.last')} <RelativeTime moment={last} />
              </>
            )}
          </p>
          <p className={styles.meta}>
            {checked === '' ? (
              t('backups.never_checked')
            ) : (
              <>
                {t('backups.last_checked')} <RelativeTime moment={checked} />
              </>
            )}
          </p>
          <p className={styles.meta}>{backups.at === 'never' ? t('backups.by_hand') : nextWords(t, next)}</p>
        </div>
        <Button
          look="primary"
          isBusy={act.isBusy}
          isDisabled={running !== null}
          onPress={() => void act.run(begin)}
        >
          {t('backups.back_up_now')}
        </Button>
      </div>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </Section>
  )
}

function nextWords(t: ReturnType<typeof useText>, next: string | undefined): string {
  if (next === undefined) return t('backups.next_soon')
  const moment = formatMoment(t.locale, next, { dateStyle: 'medium', timeStyle: 'short' })
  return t('backups.next', { moment })
}

function Ways() {
  const t = useText()
  return (
    <div className={styles.acts}>
      <AppLink to="/restore">{t('backups.to_restore')}</AppLink>
      <AppLink to="/exports">{t('backups.to_exports')}</AppLink>
      <AppLink to="/imports">{t('backups.to_imports')}</AppLink>
    </div>
  )
}
