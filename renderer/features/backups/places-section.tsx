/** Where backups lie: what was made there last, what is in the way, another place, one that is no longer used. */
import { useState } from 'react'
import type { BackupsOverview, PlaceFacts } from '../../../server/contracts/backups.ts'
import { removePlace, startBackup } from '../../api/backups.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Section } from '../../components/page.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { AddPlaceDialog } from './add-place-dialog.tsx'
import styles from './backups.module.css'
import { PasswordConfirmDialog } from './password-confirm-dialog.tsx'
import { useBackupsAgain } from './use-backups.ts'

export function PlacesSection({ backups }: { readonly backups: BackupsOverview }) {
  const t = useText()
  const [isAdding, setAdding] = useState(false)
  const { places, fixed, running } = backups
  const isFixed = fixed.includes('places')
  const areAllOwn = places.every(({ isOwn }) => isOwn)
  return (
    <Section title={t('backups.where')} help={areAllOwn ? t('backups.where_own') : t('backups.where_help')}>
      <ul className={styles.list}>
        {places.map((place) => (
          <PlaceRow
            key={place.id}
            place={place}
            isBusy={running !== null}
            canRemove={!isFixed && !(areAllOwn && place.isOwn)}
          />
        ))}
      </ul>
      {isFixed ? (
        <p className={styles.meta}>{t('backups.fixed')}</p>
      ) : (
        <div className={styles.acts}>
          <Button onPress={() => setAdding(true)}>{t('backups.add_place')}</Button>
        </div>
      )}
      {isAdding ? <AddPlaceDialog onClose={() => setAdding(false)} /> : null}
    </Section>
  )
}

interface PlaceRowProps {
  readonly place: PlaceFacts
  readonly isBusy: boolean
  readonly canRemove: boolean
}

function PlaceRow({ place, isBusy, canRemove }: PlaceRowProps) {
  const t = useText()
  const { api } = useServices()
  const again = useBackupsAgain()
  const act = useAct()
  const [isAsked, setAsked] = useState(false)
  const { id, isOwn, label } = place
  const name = isOwn ? t('backups.place_own') : `\u2068${label}\u2069`
  const begin = async (): Promise<void> => {
    await startBackup(api, { place: id })
    await again()
  }
  return (
    <li className={styles.item}>
      <PlaceWords place={place} />
      <div className={styles.acts}>
        <Button
          label={t('backups.here_label', { name })}
          isBusy={act.isBusy}
          isDisabled={isBusy}
          onPress={() => void act.run(begin)}
        >
          {t('backups.here')}
        </Button>
        {canRemove ? (
          <Button label={t('backups.remove_place_label', { name })} onPress={() => setAsked(true)}>
            {t('backups.remove_place')}
          </Button>
        ) : null}
      </div>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
      {isAsked ? (
        <PasswordConfirmDialog
          title={t('backups.remove_place_question', { name })}
          act={t('backups.remove_place')}
          onConfirm={async (password) => {
            await removePlace(api, id, password)
            await again()
          }}
          onClose={() => setAsked(false)}
        >
          {t('backups.remove_place_what')}
        </PasswordConfirmDialog>
      ) : null}
    </li>
  )
}

function PlaceWords({ place }: Pick<PlaceRowProps, 'place'>) {
  const t = useText()
  const { isOwn, label, lastMadeAt, failures, failure, waitsFor } = place
  return (
    <div className={styles.words}>
      <h3>{isOwn ? t('backups.place_own') : <bdi dir="ltr">{label}</bdi>}</h3>
      <p className={styles.meta}>
        {lastMadeAt === null ? (
          t('backups.place_empty')
        ) : (
          <>
            {t('backups.last')} <RelativeTime moment={lastMadeAt} />
          </>
        )}
      </p>
      {waitsFor === null ? null : <p className={styles.meta}>{t(`backups.waits_${waitsFor}`)}</p>}
      {failures === 0 ? null : (
        <p className={styles.bad}>
          {t('backups.failures', { count: failures })} <span lang="en">{failure}</span>
        </p>
      )}
    </div>
  )
}
