/** Each backup of each place: when it was made and by which version, how large it is, whether it was proven, and what can be done with it. */
import { useState } from 'react'
import type { BackupsOverview, ListedBackup, PlaceFacts } from '../../../server/contracts/backups.ts'
import { backupFile, checkBackup, removeBackup, startBackup } from '../../api/backups.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { formatBytes } from '../../formatting/amounts.ts'
import { formatMoment } from '../../formatting/moments.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './backups.module.css'
import { PasswordConfirmDialog } from './password-confirm-dialog.tsx'
import { useBackupsAgain, useListed } from './use-backups.ts'

export function FilesSection({ backups }: { readonly backups: BackupsOverview }) {
  const t = useText()
  const { api } = useServices()
  const again = useBackupsAgain()
  const act = useAct()
  const { places, running, ended } = backups
  const newest = ended[0]?.endedAt ?? ''
  const own = places.find(({ isOwn }) => isOwn)
  const saveCopy = async (): Promise<void> => {
    await startBackup(api, { isWhole: true, ...(own === undefined ? {} : { place: own.id }) })
    await again()
  }
  return (
    <Section title={t('backups.files')} help={t('backups.files_help')}>
      {places.map((place) => (
        <PlaceFiles key={place.id} place={place} newest={newest} isBusy={running !== null} />
      ))}
      <div className={styles.acts}>
        <Button isBusy={act.isBusy} isDisabled={running !== null} onPress={() => void act.run(saveCopy)}>
          {t('backups.whole')}
        </Button>
        <span className={styles.meta}>{t('backups.whole_help')}</span>
      </div>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </Section>
  )
}

interface PlaceFilesProps {
  readonly place: PlaceFacts
  readonly newest: string
  readonly isBusy: boolean
}

function PlaceFiles({ place, newest, isBusy }: PlaceFilesProps) {
  const t = useText()
  const query = useListed(place.id, newest)
  return (
    <div>
      <h3>{place.isOwn ? t('backups.place_own') : <bdi dir="ltr">{place.label}</bdi>}</h3>
      <QueryState query={query}>
        {(files) =>
          files.length === 0 ? (
            <p className={styles.meta}>{t('backups.place_empty')}</p>
          ) : (
            <ul className={styles.list}>
              {files.map((backup) => (
                <FileRow key={backup.name} place={place.id} backup={backup} isBusy={isBusy} />
              ))}
            </ul>
          )
        }
      </QueryState>
    </div>
  )
}

const restorePage = (place: string, name: string): string =>
  `/restore?${new URLSearchParams({ place, name }).toString()}`

interface FileRowProps {
  readonly place: string
  readonly backup: ListedBackup
  readonly isBusy: boolean
}

function FileRow({ place, backup, isBusy }: FileRowProps) {
  const t = useText()
  const { api } = useServices()
  const again = useBackupsAgain()
  const act = useAct()
  const [isAsked, setAsked] = useState(false)
  const { name, madeAt, bytes, isWhole, madeBy } = backup
  const date = formatMoment(t.locale, madeAt, { dateStyle: 'medium', timeStyle: 'short' })
  const size = formatBytes(t.locale, bytes)
  const check = async (): Promise<void> => {
    await checkBackup(api, place, name)
    await again()
  }
  return (
    <li className={styles.item}>
      <div className={styles.words}>
        <h4>{date}</h4>
        <p className={styles.meta}>
          {size}
          {isWhole ? ` · ${t('backups.is_whole')}` : ''}
          {madeBy === null ? '' : ` · ${t('backups.made_by', { version: madeBy })}`}
        </p>
        <Checked checked={backup.checked} />
      </div>
      <div className={styles.acts}>
        <Button
          label={t('backups.check_label', { date })}
          isBusy={act.isBusy}
          isDisabled={isBusy}
          onPress={() => void act.run(check)}
        >
          {t('backups.check')}
        </Button>
        {isWhole ? (
          <a href={backupFile(place, name)} download={name} aria-label={t('backups.save_label', { date })}>
            {t('backups.save_file')}
          </a>
        ) : null}
        <AppLink to={restorePage(place, name)}>{t('backups.restore')}</AppLink>
        <Button label={t('backups.delete_label', { date })} onPress={() => setAsked(true)}>
          {t('backups.delete')}
        </Button>
      </div>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
      {isAsked ? (
        <PasswordConfirmDialog
          title={t('backups.delete_question', { date })}
          act={t('backups.delete')}
          onConfirm={async (password) => {
            await removeBackup(api, place, name, password)
            await again()
          }}
          onClose={() => setAsked(false)}
        >
          {t('backups.delete_what', { size })}
        </PasswordConfirmDialog>
      ) : null}
    </li>
  )
}

function Checked({ checked }: Pick<ListedBackup, 'checked'>) {
  const t = useText()
  if (checked === null) return <p className={styles.meta}>{t('backups.unchecked')}</p>
  if (!checked.isGood)
    return (
      <p className={styles.bad}>
        {t('backups.check_failed')} <span lang="en">{checked.message}</span>
      </p>
    )
  return (
    <p className={styles.meta}>
      {t('backups.checked')} <RelativeTime moment={checked.at} />
    </p>
  )
}
