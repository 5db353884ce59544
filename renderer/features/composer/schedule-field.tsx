/** When the post shall be published: date and time of this computer, no earlier than the home takes. */
import { useId, useState } from 'react'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Draft } from '../../stores/draft.ts'
import { localMoment, momentOfLocal } from '../../formatting/local-moment.ts'
import styles from './parts.module.css'

/** The home wants five minutes at least; typing takes one. */
const LEAST_AHEAD_MS = 6 * 60_000

interface ScheduleFieldProps {
  readonly draft: Draft
  readonly moment: string
}

export function ScheduleField({ draft, moment }: ScheduleFieldProps) {
  const t = useText()
  const { drafts } = useServices()
  const id = useId()
  const [least] = useState(() => new Date(Date.now() + LEAST_AHEAD_MS))
  const isTooNear = new Date(moment) < least
  return (
    <div className={styles.part}>
      <label htmlFor={id} className={styles.title}>
        {t('writing.publish_at')}
      </label>
      <input
        id={id}
        type="datetime-local"
        className={styles.moment}
        value={localMoment(moment)}
        min={localMoment(least.toISOString())}
        aria-describedby={`${id}-help`}
        onChange={(event) => {
          const chosen = momentOfLocal(event.currentTarget.value)
          if (chosen !== null) drafts.change({ scheduledAt: chosen }, draft.id)
        }}
      />
      <p id={`${id}-help`} className={isTooNear ? styles.flaw : styles.help}>
        {t(isTooNear ? 'writing.too_near' : 'writing.publish_help')}
      </p>
    </div>
  )
}
