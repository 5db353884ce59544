/** Backups of a place that is none of the settings: where it is, what lies there, which of them. */
import { type KeyboardEvent, useState } from 'react'
import type { PlaceListing } from '../../server/contracts/backups.ts'
import { listPlace } from '../api/restore.ts'
import { formatBytes } from '../formatting/amounts.ts'
import { formatMoment } from '../formatting/moments.ts'
import { type PlaceFlaw, usePlaceForm } from '../hooks/use-place-form.ts'
import type { Restoring } from '../hooks/use-restoring.ts'
import { useServices } from '../hooks/use-services.ts'
import { useText } from '../hooks/use-text.ts'
import { Button } from './button.tsx'
import { PlaceFields } from './place-form.tsx'
import { RadioChoices } from './radio-choices.tsx'
import styles from './restore-ways.module.css'

interface Found {
  readonly address: string
  readonly backups: PlaceListing['backups']
}

export function FarBackups({ restoring }: { readonly restoring: Restoring }) {
  const t = useText()
  const { api } = useServices()
  const [found, setFound] = useState<Found | null>(null)
  const forget = (): void => {
    setFound(null)
    restoring.choose(null)
  }
  const look = async (address: string, isStill: () => boolean): Promise<PlaceFlaw> => {
    forget()
    const listing = await listPlace(api, address, restoring.answers.password)
    if (listing.message === null && isStill()) setFound({ address, backups: listing.backups })
    return listing
  }
  const place = usePlaceForm({ first: 's3', use: look, onChange: forget })
  // Of the form around it, Enter would look into what is chosen.
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.target instanceof HTMLInputElement)) return
    if (event.target.type === 'radio') return
    event.preventDefault()
    event.stopPropagation()
    place.go()
  }
  return (
    <details className={styles.far}>
      <summary>{t('recovery.far')}</summary>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- it hears the fields inside, as a form would */}
      <div role="group" aria-label={t('recovery.far')} className={styles.farFields} onKeyDown={onKeyDown}>
        <p className={styles.note}>{t('recovery.far_help')}</p>
        <PlaceFields place={place} />
        <div>
          <Button isBusy={place.act.isBusy} onPress={() => place.go()}>
            {t('recovery.far_look')}
          </Button>
        </div>
        {found === null ? null : <Listed found={found} restoring={restoring} />}
      </div>
    </details>
  )
}

function Listed({ found: { address, backups }, restoring }: FoundProps) {
  const t = useText()
  if (backups.length === 0) return <p role="status">{t('recovery.far_none')}</p>
  const { source, choose } = restoring
  const chosen = source !== null && 'address' in source && source.address === address ? source.name : ''
  return (
    <RadioChoices
      label={t('recovery.far_found')}
      value={chosen}
      choices={backups.map(({ name, madeAt, bytes, isWhole }) => ({
        value: name,
        label: formatMoment(t.locale, madeAt, { dateStyle: 'medium', timeStyle: 'short' }),
        help: `${formatBytes(t.locale, bytes)}${isWhole ? ` · ${t('recovery.far_whole')}` : ''}`,
      }))}
      onChange={(name) => choose({ address, name })}
    />
  )
}

interface FoundProps {
  readonly found: Found
  readonly restoring: Restoring
}
