/** When a backup is made by itself, and how long backups are kept. */
import { useState } from 'react'
import type { BackupsOverview } from '../../../server/contracts/backups.ts'
import { saveBackupSettings } from '../../api/backups.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Section } from '../../components/page.tsx'
import { Switch } from '../../components/switch.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './backups.module.css'
import { useBackupsAgain } from './use-backups.ts'

const USUAL_TIME = '03:00'

export function RuleSection({ backups }: { readonly backups: BackupsOverview }) {
  const t = useText()
  const { api } = useServices()
  const again = useBackupsAgain()
  const act = useAct()
  const { at, keep, fixed } = backups
  const [isNightly, setNightly] = useState(at !== 'never')
  const [time, setTime] = useState(at === 'never' ? USUAL_TIME : at)
  const [days, setDays] = useState(String(keep.days))
  const [weeks, setWeeks] = useState(String(keep.weeks))
  const [months, setMonths] = useState(String(keep.months))
  const isFixed = (name: 'at' | 'keep'): boolean => fixed.includes(name)
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault()
    void act.run(async () => {
      await saveBackupSettings(api, {
        ...(isFixed('at') ? {} : { at: isNightly ? time : 'never' }),
        ...(isFixed('keep') ? {} : { keep: `${days},${weeks},${months}` }),
      })
      await again()
    })
  }
  return (
    <Section title={t('backups.rule')} help={t('backups.rule_help')}>
      {fixed.length === 0 ? null : <p className={styles.meta}>{t('backups.fixed')}</p>}
      <form className={styles.form} onSubmit={submit}>
        <Switch
          label={t('backups.nightly')}
          help={t('backups.nightly_help')}
          isOn={isNightly}
          onChange={setNightly}
        />
        {isNightly ? (
          <div className={styles.fields}>
            <TextField kind="domain" label={t('backups.time')} value={time} onChange={setTime} />
          </div>
        ) : null}
        <div className={styles.fields}>
          <TextField kind="domain" label={t('backups.days')} value={days} onChange={setDays} />
          <TextField kind="domain" label={t('backups.weeks')} value={weeks} onChange={setWeeks} />
          <TextField kind="domain" label={t('backups.months')} value={months} onChange={setMonths} />
        </div>
        <div className={styles.acts}>
          <Button type="submit" isBusy={act.isBusy} isDisabled={isFixed('at') && isFixed('keep')}>
            {t('backups.save')}
          </Button>
        </div>
      </form>
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
    </Section>
  )
}
