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

const USUAL_TIME = '03:30'

interface RuleDraft {
  readonly isNightly: boolean
  readonly time: string
  readonly days: string
  readonly weeks: string
  readonly months: string
  readonly password: string
}

function useRule({ at, keep, fixed }: BackupsOverview) {
  const { api } = useServices()
  const again = useBackupsAgain()
  const act = useAct()
  const [draft, setDraft] = useState<RuleDraft>({
    isNightly: at !== 'never',
    time: at === 'never' ? USUAL_TIME : at,
    days: String(keep.days),
    weeks: String(keep.weeks),
    months: String(keep.months),
    password: '',
  })
  const { isNightly, time, days, weeks, months, password } = draft
  const isFixed = (name: 'at' | 'keep'): boolean => fixed.includes(name)
  const isLess =
    (!isNightly && at !== 'never') ||
    Number(days) < keep.days ||
    Number(weeks) < keep.weeks ||
    Number(months) < keep.months
  const change = (part: Partial<RuleDraft>): void => setDraft((now) => ({ ...now, ...part }))
  const save = async (): Promise<void> => {
    await saveBackupSettings(api, {
      ...(isFixed('at') ? {} : { at: isNightly ? time : 'never' }),
      ...(isFixed('keep') ? {} : { keep: `${days},${weeks},${months}` }),
      ...(isLess ? { password } : {}),
    })
    change({ password: '' })
    await again()
  }
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault()
    void act.run(save)
  }
  return { act, draft, change, isLess, submit, isWholeFixed: isFixed('at') && isFixed('keep') }
}

export function RuleSection({ backups }: { readonly backups: BackupsOverview }) {
  const t = useText()
  const { act, draft, change, isLess, submit, isWholeFixed } = useRule(backups)
  const { isNightly, password } = draft
  return (
    <Section title={t('backups.rule')} help={t('backups.rule_help')}>
      {backups.fixed.length === 0 ? null : <p className={styles.meta}>{t('backups.fixed')}</p>}
      <form className={styles.form} onSubmit={submit}>
        <Switch
          label={t('backups.nightly')}
          help={t('backups.nightly_help')}
          isOn={isNightly}
          onChange={(is) => change({ isNightly: is })}
        />
        <RuleFields draft={draft} onChange={change} />
        {isLess ? (
          <TextField
            kind="current-password"
            label={t('backups.password')}
            help={t('backups.less_help')}
            value={password}
            onChange={(words) => change({ password: words })}
          />
        ) : null}
        <div className={styles.acts}>
          <Button type="submit" isBusy={act.isBusy} isDisabled={isWholeFixed}>
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

interface RuleFieldsProps {
  readonly draft: RuleDraft
  readonly onChange: (part: Partial<RuleDraft>) => void
}

function RuleFields({ draft, onChange }: RuleFieldsProps) {
  const t = useText()
  const { isNightly, time, days, weeks, months } = draft
  return (
    <>
      {isNightly ? (
        <div className={styles.fields}>
          <TextField
            kind="domain"
            label={t('backups.time')}
            value={time}
            onChange={(words) => onChange({ time: words })}
          />
        </div>
      ) : null}
      <div className={styles.fields}>
        <TextField
          kind="domain"
          label={t('backups.days')}
          value={days}
          onChange={(words) => onChange({ days: words })}
        />
        <TextField
          kind="domain"
          label={t('backups.weeks')}
          value={weeks}
          onChange={(words) => onChange({ weeks: words })}
        />
        <TextField
          kind="domain"
          label={t('backups.months')}
          value={months}
          onChange={(words) => onChange({ months: words })}
        />
      </div>
    </>
  )
}
